// Tabs of a task or a document: a panel is fetched once, when it is first asked for, and what is
// typed in another panel stays. Without scripts every tab is a page.
function show(nav, name) {
  const root = nav.closest('[data-tabs]');
  for (const link of nav.querySelectorAll('a[data-tab]')) {
    if (link.dataset.tab === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  for (const panel of root.querySelectorAll('[data-panel]')) {
    panel.hidden = !panel.dataset.panel.split(' ').includes(name);
  }
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('.tabs a[data-tab]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const nav = link.closest('.tabs');
  const root = nav.closest('[data-tabs]');
  const panel = [...root.querySelectorAll('[data-panel]')].find((each) => each.dataset.panel === link.dataset.tab);
  if (!panel) return;
  event.preventDefault();
  show(nav, link.dataset.tab);
  history.replaceState(history.state, '', link.href);
  if (panel.dataset.src) {
    const url = panel.dataset.src;
    delete panel.dataset.src;
    window.htmx.ajax('GET', url, { target: panel, swap: 'innerHTML' });
  }
});

// On a phone the tab that is shown may stand beyond the edge: bring it into sight.
for (const link of document.querySelectorAll('.tabs a[aria-current]')) {
  const nav = link.closest('.tabs');
  const beyond = link.getBoundingClientRect().right - nav.getBoundingClientRect().right;
  if (beyond > 0) nav.scrollLeft += beyond + 24;
}
