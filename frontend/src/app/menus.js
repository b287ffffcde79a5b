// <details class="menu">: one open at a time; a click elsewhere or Escape closes it.
function openMenus() {
  return document.querySelectorAll('details.menu[open]');
}

// So does the choice of something that opens a dialog.
document.addEventListener('click', (event) => {
  const opensDialog = event.target.closest('.menu-pop [hx-target="#dialog-content"]') !== null;
  for (const menu of openMenus()) if (opensDialog || !menu.contains(event.target)) menu.removeAttribute('open');
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of openMenus()) {
    menu.removeAttribute('open');
    menu.querySelector('summary').focus();
  }
});

// A filter that changes is applied at once; without scripts there is a button.
document.addEventListener('change', (event) => {
  const field = event.target.closest('[data-apply]');
  if (field && !field.closest('[hx-get]')) field.form?.requestSubmit();
});
