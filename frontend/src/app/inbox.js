// List beside task: after the right-hand side was swapped, the list shows which task is open,
// the phone shows the task instead of the list, and the reader starts at the top.
function markCurrent() {
  for (const link of document.querySelectorAll('a.task')) {
    if (link.pathname === location.pathname) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}

document.addEventListener('htmx:afterSettle', (event) => {
  if (event.detail.target.id !== 'detail') return;
  document.querySelector('.shell')?.setAttribute('data-view', 'task');
  markCurrent();
  const title = event.detail.target.querySelector('h1');
  if (title) {
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
    document.title = event.detail.target.querySelector('[data-title]')?.dataset.title ?? document.title;
  }
  if (matchMedia('(max-width: 767.98px)').matches) scrollTo(0, 0);
});
