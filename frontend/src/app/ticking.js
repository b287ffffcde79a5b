// In a form with data-ticking, the box data-all ticks every box data-one; how many are ticked is shown,
// buttons that need one wait for it, and what is only for ticked boxes (data-when-ticked) stays away without.
function showCount(form) {
  const boxes = [...form.querySelectorAll('input[type="checkbox"][data-one]')];
  const ticked = boxes.filter((box) => box.checked).length;
  const all = form.querySelector('input[type="checkbox"][data-all]');
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  for (const place of form.querySelectorAll('[data-ticked]')) place.textContent = ticked;
  for (const button of form.querySelectorAll('[data-needs-ticked]')) button.disabled = ticked === 0;
  for (const bar of form.querySelectorAll('[data-when-ticked]')) bar.hidden = ticked === 0;
}

document.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-ticking]');
  if (!form) return;
  if (event.target.matches('[data-all]')) {
    for (const box of form.querySelectorAll('input[type="checkbox"][data-one]:not(:disabled)')) box.checked = event.target.checked;
  }
  showCount(form);
});
function showCounts() {
  for (const form of document.querySelectorAll('form[data-ticking]')) showCount(form);
}
showCounts();
// Another page of the list, or more of its rows.
document.addEventListener('htmx:afterSettle', showCounts);
