// Light or dark before the first paint. This runs in the head, so it must stay this small.
(() => {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const wish = root.dataset.theme || 'auto';
    root.dataset.bsTheme = wish === 'auto' ? (dark.matches ? 'dark' : 'light') : wish;
  };
  apply();
  dark.addEventListener('change', apply);
  document.addEventListener('theme:changed', apply);
  // Paper is white.
  addEventListener('beforeprint', () => { root.dataset.bsTheme = 'light'; });
  addEventListener('afterprint', apply);
})();
