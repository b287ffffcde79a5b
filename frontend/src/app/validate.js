// A field says what is wrong as soon as it is left, and takes it back as soon as it is right. Only fields that
// somebody has typed into; what is missing or malformed at once, all else by asking the form's own address.
const ALSO_WHILE_TYPING_MS = 500;
const touched = new WeakMap();
const asking = new WeakMap();
const timers = new WeakMap();

function place(form, name) {
  return form.querySelector(`.field[data-field="${CSS.escape(name)}"]`);
}

/** Add or remove one id among those that describe a control. */
function describe(control, id, on) {
  const ids = new Set((control.getAttribute('aria-describedby') ?? '').split(/\s+/).filter(Boolean));
  if (on) ids.add(id);
  else ids.delete(id);
  if (ids.size) control.setAttribute('aria-describedby', [...ids].join(' '));
  else control.removeAttribute('aria-describedby');
}

export function showError(form, name, text) {
  const box = place(form, name);
  if (!box) return;
  let note = box.querySelector(':scope > .field-error');
  const group = box.querySelector('fieldset');
  const controls = group ? [group] : [...box.querySelectorAll('.form-control, .form-select, .form-check-input')];
  const id = note?.id ?? `id_${name}_error`;
  if (text && !note) {
    note = document.createElement('div');
    note.className = 'field-error';
    note.id = id;
    note.setAttribute('aria-live', 'polite');
    box.append(note);
  }
  if (note && (note.textContent.trim() !== text)) note.textContent = text;
  if (!text) note?.remove();
  for (const control of controls) {
    control.classList.toggle('is-invalid', Boolean(text));
    if (text) control.setAttribute('aria-invalid', 'true');
    else control.removeAttribute('aria-invalid');
    describe(control, id, Boolean(text));
  }
}

/** What needs no server: nothing in a required field, no date in a date, no number in an amount. */
function plainlyWrong(control) {
  const form = control.form;
  if (control.type === 'checkbox' || control.type === 'radio') return '';
  const value = control.value.trim();
  if (!value) return control.required ? form.dataset.required : '';
  if (control.closest('.date-field') && !/^\d{4}-\d{2}-\d{2}$/.test(value)) return form.dataset.noDate;
  if (control.matches('.money-input') && !/^-?[\d,，.\s¥￥]+$/.test(value)) return form.dataset.noNumber;
  return '';
}

async function ask(form) {
  const names = [...(touched.get(form) ?? [])];
  if (!names.length) return;
  asking.get(form)?.abort();
  const abort = new AbortController();
  asking.set(form, abort);
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  const token = body.get('csrfmiddlewaretoken') ?? '';
  try {
    // Not form.action: a button with the name action stands in its way.
    const answer = await fetch(form.getAttribute('action') || location.href, {
      method: 'POST',
      body: new URLSearchParams(body),
      headers: { 'X-Validate': names.join(','), 'X-CSRFToken': token },
      credentials: 'same-origin',
      signal: abort.signal,
    });
    if (!answer.ok || answer.redirected || !form.isConnected) return;
    const { errors } = await answer.json();
    for (const [name, texts] of Object.entries(errors)) showError(form, name, texts.join(' '));
  } catch { /* asked anew, or offline: sending the form will tell */ }
}

function askSoon(form, ms) {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(ask, ms, form));
}

function formOf(control) {
  const form = control.form;
  return form?.matches('[data-checks-itself]') && control.name && control.type !== 'file' ? form : null;
}

document.addEventListener('input', (event) => {
  const form = event.target.form && formOf(event.target);
  if (!form) return;
  if (!touched.has(form)) touched.set(form, new Set());
  touched.get(form).add(event.target.name);
  if (event.target.getAttribute('aria-invalid') === 'true') askSoon(form, ALSO_WHILE_TYPING_MS);
});

function left(event) {
  const form = event.target.form && formOf(event.target);
  if (!form || !touched.get(form)?.has(event.target.name)) return;
  const text = plainlyWrong(event.target);
  if (text) showError(form, event.target.name, text);
  askSoon(form, 0);
}

document.addEventListener('focusout', left);
document.addEventListener('change', (event) => {
  const form = event.target.form && formOf(event.target);
  if (!form) return;
  if (!touched.has(form)) touched.set(form, new Set());
  touched.get(form).add(event.target.name);
  left(event);
});
// Sending judges all of it.
document.addEventListener('submit', (event) => {
  clearTimeout(timers.get(event.target));
  asking.get(event.target)?.abort();
});
