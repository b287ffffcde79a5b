// Ctrl+Enter and Ctrl+S submit the form at hand, and a form goes out once, however often it is clicked.
import { isComposing } from './ime.js';

/** The form that the deed of this page belongs to: the one being typed in, else the main one. */
function formAtHand(target) {
  const own = target.closest?.('form');
  if (own && own.method === 'post') return own;
  return document.querySelector('form[data-primary]:not([hidden] *)');
}

/** Ctrl+S saves where saving is another deed than handing in. */
function buttonOf(form, isEnter) {
  return (isEnter ? null : form.querySelector('[data-saves]'))
    ?? document.querySelector(`button[form="${form.id}"]`)
    ?? form.querySelector('.bar .btn-primary')
    ?? form.querySelector('button:not([type="button"])');
}

document.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || isComposing(event)) return;
  if (event.key !== 'Enter' && event.key.toLowerCase() !== 's') return;
  if (document.querySelector('dialog[open]') && !event.target.closest('dialog')) return;
  const form = formAtHand(event.target);
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(buttonOf(form, event.key === 'Enter') ?? undefined);
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post') return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = 'yes';
  event.submitter?.setAttribute('aria-busy', 'true');
});

/** Make a form usable again: after coming back by the browser's button, or after an htmx answer. */
function release(root) {
  for (const form of root.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  for (const button of root.querySelectorAll('button[aria-busy="true"]')) button.removeAttribute('aria-busy');
}

addEventListener('pageshow', () => release(document));
document.addEventListener('htmx:afterRequest', () => release(document));
// A file that is only downloaded leaves the page as it is.
document.addEventListener('submit', (event) => {
  if (event.target.matches('[data-download]')) setTimeout(() => release(document), 1500);
});

// Nor does htmx fetch it into the page: a list's form swaps its results, but a file is the browser's business.
document.addEventListener('htmx:beforeRequest', (event) => {
  const submitter = event.detail.requestConfig.triggeringEvent?.submitter;
  if (!submitter?.matches('[data-download]')) return;
  event.preventDefault();
  submitter.closest('details[open]')?.removeAttribute('open');
  const asked = new URLSearchParams(new FormData(submitter.form, submitter));
  location.assign(`${submitter.form.action.split('?')[0]}?${asked}`);
});

// A page that came back with errors starts at the first of them, or at the first thing to decide.
function showFirstError() {
  const marked = '.overtaken [data-stands], .main [aria-invalid="true"], .page [aria-invalid="true"], .cards.is-invalid input';
  const found = [...document.querySelectorAll(marked)].find((one) => one.closest('form[method="post"]'));
  const wrong = found?.matches('fieldset') ? found.querySelector('input') : found;
  if (!wrong) return;
  wrong.focus({ preventScroll: true });
  wrong.scrollIntoView({ block: 'center' });
}

showFirstError();
