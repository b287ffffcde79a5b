// A button that copies what a field holds.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  const field = button && document.querySelector(button.dataset.copy);
  if (!field) return;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without TLS there is no clipboard for scripts; the old way still works where it is allowed.
    if (!document.execCommand('copy')) return;
  }
  button.lastChild.textContent = button.dataset.copied;
});
