// Notes that say what happened. Good news leaves by itself; bad news waits to be closed.
const STAY_MS = 7000;

function close(note) {
  note.remove();
}

function start(note) {
  if (note.dataset.started) return;
  note.dataset.started = 'yes';
  if (note.classList.contains('error') || note.classList.contains('warning')) return;
  let timer = setTimeout(close, STAY_MS, note);
  const hold = () => clearTimeout(timer);
  const resume = () => { timer = setTimeout(close, STAY_MS / 2, note); };
  note.addEventListener('mouseenter', hold);
  note.addEventListener('mouseleave', resume);
  note.addEventListener('focusin', hold);
  note.addEventListener('focusout', resume);
}

/** Show a note from a module; the template element holds the look. */
export function toast(text, kind = 'success') {
  const box = document.getElementById('toasts');
  const model = document.getElementById(`toast-${kind}`) ?? document.getElementById('toast-success');
  if (!box || !model) return;
  const note = model.content.firstElementChild.cloneNode(true);
  note.querySelector('p').textContent = text;
  box.append(note);
  start(note);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('.toast-note button');
  if (button) close(button.closest('.toast-note'));
});

for (const note of document.querySelectorAll('.toast-note')) start(note);
document.addEventListener('htmx:load', (event) => {
  for (const note of event.detail.elt.querySelectorAll?.('.toast-note') ?? []) start(note);
});

// An htmx request that could not be answered leaves the page as it was, and says so.
const texts = document.getElementById('toasts')?.dataset ?? {};
document.addEventListener('htmx:sendError', () => toast(texts.offline, 'error'));
document.addEventListener('htmx:responseError', (event) => {
  if (event.detail.xhr.status === 403 || event.detail.xhr.status === 401) location.reload();
  else toast(texts.failed, 'error');
});
