// Icons of the site's sprite, as nodes or as markup of our own.
const sprite = document.querySelector('svg use[href*="icons.svg"]')?.getAttribute('href').split('#')[0] ?? '/static/icons.svg';

export function iconMarkup(name, size = 18) {
  return `<svg class="i" width="${size}" height="${size}" aria-hidden="true"><use href="${sprite}#${name}"></use></svg>`;
}

export function icon(name) {
  const model = document.createElement('template');
  model.innerHTML = iconMarkup(name, 16);
  return model.content.firstElementChild;
}
