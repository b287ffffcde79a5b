// The theme switch: shown at once, kept on the server. Without scripts the same form posts.
import { post } from './http.js';

document.addEventListener('submit', (event) => {
  const form = event.target.closest('form[data-theme-switch]');
  if (!form || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new CustomEvent('theme:changed'));
  for (const button of form.querySelectorAll('button[name="theme"]')) {
    button.setAttribute('aria-pressed', String(button.value === theme));
  }
  post(form.action, { theme });
});
