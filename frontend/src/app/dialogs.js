// Native dialogs. A link or button with data-dialog="#id" opens one; where a link has an href,
// the same question stands on a page of its own for browsers without scripts.
document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog]');
  if (opener) {
    const dialog = document.querySelector(opener.dataset.dialog);
    if (!dialog) return;
    event.preventDefault();
    opener.closest('details[open]')?.removeAttribute('open');
    dialog.showModal();
    return;
  }
  const closer = event.target.closest('[data-close]');
  if (closer) {
    event.preventDefault();
    closer.closest('dialog')?.close();
    return;
  }
  if (event.target instanceof HTMLDialogElement) event.target.close(); // a click beside it
});

// What htmx puts into the page's dialog is a question: the dialog opens, and the first field has the focus.
document.addEventListener('htmx:afterSwap', (event) => {
  const dialog = event.detail.target.id === 'dialog-content' ? event.detail.target.closest('dialog') : null;
  if (!dialog) return;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('.is-invalid, textarea, input:not([type="hidden"]), select, button:not([data-close])')?.focus();
});

// <form data-confirm="..."> or a button with data-confirm asks before it goes out.
let agreed = null;
document.addEventListener('submit', (event) => {
  const text = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (!text || agreed === event.target) {
    agreed = null;
    return;
  }
  const dialog = document.getElementById('confirm');
  if (!dialog) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { target: form, submitter } = event;
  dialog.querySelector('p').textContent = text;
  dialog.returnValue = '';
  dialog.addEventListener('close', () => {
    if (dialog.returnValue !== 'yes') return;
    agreed = form;
    form.requestSubmit(submitter ?? undefined);
  }, { once: true });
  dialog.showModal();
}, true);
