// The search over everything: Ctrl+K opens it, arrows walk through what was found, Enter opens it.
const dialog = () => document.getElementById('find');

function open() {
  const box = dialog();
  if (!box || box.open) return;
  box.showModal();
  const field = box.querySelector('input');
  field.select();
  field.dispatchEvent(new Event('find:open'));
}

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-find]');
  if (!opener || !dialog()) return;
  event.preventDefault();
  open();
});

document.addEventListener('keydown', (event) => {
  if (event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    open();
    return;
  }
  if (!dialog()?.open || !['ArrowDown', 'ArrowUp', 'Enter'].includes(event.key)) return;
  const hits = [...dialog().querySelectorAll('[data-hit]')];
  if (!hits.length) return;
  const at = hits.indexOf(document.activeElement);
  if (event.key === 'Enter') {
    // In the field Enter opens the first hit, for that is what one sees.
    if (at >= 0 || !dialog().querySelector('input').value.trim()) return;
    event.preventDefault();
    hits[0].click();
    return;
  }
  event.preventDefault();
  const next = at + (event.key === 'ArrowDown' ? 1 : -1);
  if (next < 0) dialog().querySelector('input').focus();
  else hits[Math.min(next, hits.length - 1)].focus();
});
