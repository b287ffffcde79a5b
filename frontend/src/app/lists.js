// What is kept of a list is what it shows now: search and filters change the address without a new page.
document.addEventListener('htmx:configRequest', (event) => {
  const link = event.detail.elt.closest('[data-here]');
  if (!link) return;
  const here = encodeURIComponent(location.pathname + location.search);
  event.detail.path = `${link.getAttribute('href').split('?')[0]}?from=${here}`;
});
