// The tabs of the aside: steps, properties, problems. Arrow keys walk along them.
export function showTabs(session, box) {
  const tabs = [...box.querySelectorAll('[role="tab"]')];
  const shown = () => tabs.filter((one) => !one.hidden);

  function show(tab, { focus = false } = {}) {
    for (const one of tabs) {
      const chosen = one === tab;
      one.setAttribute('aria-selected', String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      document.getElementById(one.getAttribute('aria-controls')).hidden = !chosen;
    }
    if (focus) tab.focus();
  }

  /** Once all parts are there: a tab with nothing in it is not shown. */
  session.settleTabs = () => {
    const steps = tabs.find((one) => one.dataset.name === 'steps');
    if (document.getElementById('steps').hasChildNodes()) return;
    steps.hidden = true;
    session.showTab('panel');
  };
  session.showTab = (name) => show(tabs.find((one) => one.dataset.name === name));
  for (const tab of tabs) {
    tab.addEventListener('click', () => show(tab));
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const among = shown();
      if (step) show(among[(among.indexOf(tab) + step + among.length) % among.length], { focus: true });
    });
  }
}
