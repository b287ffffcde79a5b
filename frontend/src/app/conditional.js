// Fields that are shown only on a condition. The server judges: what was typed is sent to the form's own address, and
// it says which fields are hidden now. What was typed into them stays, in case they come back.
//
//   <div class="field" data-field="f-reason" data-conditional data-unshown>   data-unshown: not shown as it is drawn
const WHILE_TYPING_MS = 250;
const timers = new WeakMap();
const asking = new WeakMap();

const coming = (form) => [...form.querySelectorAll('[data-conditional]')];

/** Where it is said aloud that a field has come: it may stand above the one that is typed into. */
function voiceOf(form) {
  let voice = form.querySelector(':scope > [data-coming]');
  if (!voice) {
    voice = document.createElement('div');
    voice.className = 'visually-hidden';
    voice.dataset.coming = '';
    voice.setAttribute('aria-live', 'polite');
    form.append(voice);
  }
  return voice;
}

function show(form, { hidden, words }) {
  const come = [];
  for (const box of coming(form)) {
    const name = box.dataset.field;
    const wasHidden = box.hidden || box.hasAttribute('data-unshown');
    box.hidden = hidden.includes(name);
    box.removeAttribute('data-unshown');
    if (wasHidden && !box.hidden && words[name]) come.push(words[name]);
  }
  voiceOf(form).textContent = come.join(' ');
}

async function ask(form) {
  asking.get(form)?.abort();
  const abort = new AbortController();
  asking.set(form, abort);
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  try {
    // Not form.action: a button with the name action stands in its way.
    const answer = await fetch(form.getAttribute('action') || location.href, {
      method: 'POST',
      body: new URLSearchParams(body),
      headers: { 'X-Shown': '1', 'X-CSRFToken': body.get('csrfmiddlewaretoken') ?? '' },
      credentials: 'same-origin',
      signal: abort.signal,
    });
    if (!answer.ok || answer.redirected || !form.isConnected) return;
    show(form, await answer.json());
  } catch { /* asked anew, or offline: sending the form will tell */ }
}

function askSoon(event, ms) {
  const form = event.target.form;
  if (!form || !event.target.closest('[data-field]') || !coming(form).length) return;
  voiceOf(form);
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(ask, ms, form));
}

document.addEventListener('input', (event) => askSoon(event, WHILE_TYPING_MS));
document.addEventListener('change', (event) => askSoon(event, 0));
document.addEventListener('submit', (event) => {
  clearTimeout(timers.get(event.target));
  asking.get(event.target)?.abort();
});
