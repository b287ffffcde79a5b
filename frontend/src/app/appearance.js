// Light or dark, roomy or compact, strong contrast: shown at once, kept on the server. Without scripts
// the same form posts.
import { post } from './http.js';

const SHOW = {
  theme: (root, value) => { root.dataset.theme = value; },
  density: (root, value) => set(root, 'density', value === 'compact' && 'compact'),
  high_contrast: (root, value) => set(root, 'contrast', value === 'on' && 'more'),
};

function set(root, name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
}

document.addEventListener('submit', (event) => {
  const form = event.target.closest('form[data-appearance]');
  if (!form || !event.submitter) return;
  event.preventDefault();
  const { name, value } = event.submitter;
  SHOW[name](document.documentElement, value);
  document.dispatchEvent(new CustomEvent('theme:changed'));
  for (const button of form.querySelectorAll(`button[name="${name}"]`)) {
    button.setAttribute('aria-pressed', String(button.value === value));
  }
  post(form.action, { [name]: value });
});
