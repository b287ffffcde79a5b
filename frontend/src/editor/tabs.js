// The tabs of the aside: steps, properties, problems. Arrow keys walk along them.
export function showTabs(session, box) {
  const tabs = [...box.querySelectorAll('[role="tab"]')];

  function show(tab, { focus = false } = {}) {
    for (const one of tabs) {
      const chosen = one === tab;
      one.setAttribute('aria-selected', String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      document.getElementById(one.getAttribute('aria-controls')).hidden = !chosen;
    }
    if (focus) tab.focus();
  }

  session.showTab = (name) => show(tabs.find((one) => one.dataset.name === name));
  for (const tab of tabs) {
    tab.addEventListener('click', () => show(tab));
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) show(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length], { focus: true });
    });
  }
}
