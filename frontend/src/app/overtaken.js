// Choosing between what others wrote and what one typed: the field below shows what will stand.
const typed = new WeakMap();

function control(form, name) {
  const found = form.elements.namedItem(name);
  return found instanceof RadioNodeList ? null : found;
}

function write(field, value) {
  if (field.type === 'checkbox') field.checked = value === 'on';
  else field.value = value;
}

document.addEventListener('change', (event) => {
  const choice = event.target.closest?.('[data-stands]');
  const field = choice && control(choice.form, choice.dataset.stands);
  if (!field) return;
  if (!typed.has(field)) typed.set(field, field.type === 'checkbox' ? (field.checked ? 'on' : '') : field.value);
  if (choice.value === 'mine') write(field, typed.get(field));
  else if (choice.dataset.raw !== undefined) write(field, choice.dataset.raw);
});

// Whoever goes on typing into the field means what is typed.
document.addEventListener('input', (event) => {
  const { form, name } = event.target;
  if (!form || !name || event.target.matches('[data-stands]')) return;
  const mine = form.querySelector(`[data-stands="${CSS.escape(name)}"][value="mine"]`);
  if (mine) mine.checked = true;
  if (mine && typed.has(event.target)) typed.delete(event.target);
});
