// A box that narrows a long list of ticks to those that hold what is typed; what is ticked stays in sight.
document.addEventListener('input', (event) => {
  const box = event.target.closest?.('[data-narrows]');
  if (!box) return;
  const wanted = box.value.trim().toLowerCase();
  for (const line of document.querySelectorAll(box.dataset.narrows)) {
    const ticked = line.querySelector('input')?.checked;
    line.hidden = Boolean(wanted) && !ticked && !line.textContent.toLowerCase().includes(wanted);
  }
});
