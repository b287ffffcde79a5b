// The keyboard of the inbox and the lists: j and k walk, s puts off, / searches, ? explains.
const ROWS = 'a.task, .grid tbody td.name a';

function typing(target) {
  return target.closest('input, textarea, select, [contenteditable="true"], dialog[open]') !== null;
}

function walk(step) {
  const rows = [...document.querySelectorAll(ROWS)].filter((row) => row.offsetParent !== null);
  if (!rows.length) return;
  let at = rows.indexOf(document.activeElement);
  if (at < 0) at = rows.findIndex((row) => row.hasAttribute('aria-current')) - (step < 0 ? 0 : 0);
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[next].focus();
  rows[next].scrollIntoView({ block: 'nearest' });
}

/** Open the menu that puts the task off, on its first time. */
function later() {
  const menu = document.querySelector('details[data-later]');
  if (!menu || menu.offsetParent === null) return;
  menu.open = true;
  menu.querySelector('button').focus();
}

const ACTIONS = {
  j: () => walk(1),
  k: () => walk(-1),
  s: later,
  '/': () => document.querySelector('input[type="search"]')?.focus(),
  '?': () => document.getElementById('keys-help')?.showModal(),
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const action = ACTIONS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
