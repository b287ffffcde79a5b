// What is typed into a form that carries data-keep is kept by the server for its person: a moment after typing,
// when a field is left, when the page goes out of sight. Where the server cannot be reached, or the session has
// run out, this window keeps it until the form is opened again by the same person.
import { csrfToken } from './http.js';

const AFTER_MS = 1200;
const PATIENCE_MS = 3000;
// Browsers refuse to send more than 64 KB while a page is closed.
const LARGEST_WHILE_LEAVING = 60000;
const STASH = 'unsent:';
const states = new WeakMap();

function written(form) {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== 'string' || name === 'csrfmiddlewaretoken') continue;
    (found[name] ??= []).push(value);
  }
  return JSON.stringify(found);
}

function stateOf(form) {
  if (!states.has(form)) {
    const now = written(form);
    // A form that came back with errors, or with its draft, holds what is not sent yet.
    states.set(form, { first: now, kept: now, tried: now, isKept: 'taken' in form.dataset, isLost: false, isSent: false });
  }
  return states.get(form);
}

function stashKey(form) {
  return `${STASH}${form.dataset.person}:${form.dataset.draftPath}`;
}

/** Passwords stay out of everything that is kept, whatever keeps it. */
function withoutSecrets(form, text) {
  const secret = [...form.querySelectorAll('input[type="password"]')].map((one) => one.name);
  if (!secret.length) return text;
  return JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).filter(([name]) => !secret.includes(name))));
}

function stash(form, text) {
  try {
    sessionStorage.setItem(stashKey(form), text);
    return true;
  } catch {
    return false;
  }
}

function unstash(form) {
  try { sessionStorage.removeItem(stashKey(form)); } catch { /* nothing was kept there then */ }
}

function note(form) {
  return form.parentElement?.querySelector('[data-draft-note]');
}

/** An older draft waits for a decision: what is typed now must not take its place. */
function isUndecided(form) {
  const found = note(form);
  return Boolean(found && !found.hidden);
}

function tell(form, at) {
  for (const place of document.querySelectorAll('[data-draft-state]')) {
    if (place.closest('form') !== form && !place.closest('.bar')?.querySelector(`[form="${form.id}"]`)) continue;
    const { isLost } = stateOf(form);
    place.hidden = !isLost && !at;
    place.classList.toggle('is-lost', isLost);
    place.querySelector('span').textContent = isLost ? place.dataset.lost : place.dataset.kept.replace('{time}', at ?? '');
  }
}

function send(url, fields, options = {}) {
  return fetch(url, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { 'X-CSRFToken': csrfToken(), 'X-Requested-With': 'fetch' },
    credentials: 'same-origin',
    ...options,
  });
}

async function deliver(form, text, options) {
  const state = stateOf(form);
  state.tried = text;
  const ticket = form.dataset.keep;
  const isBack = text === state.first && !('taken' in form.dataset);
  try {
    const answer = isBack
      ? await send(form.dataset.discardUrl, { ticket }, options)
      : await send(form.dataset.keepUrl, { ticket, data: text }, options);
    // Signed out meanwhile: the answer is the page to sign in at.
    const wasRefused = answer.redirected || !answer.ok;
    state.isLost = wasRefused && !(answer.redirected && stash(form, text));
    if (!wasRefused) {
      state.kept = text;
      state.isKept = !isBack;
      unstash(form);
      tell(form, isBack ? '' : (await answer.json()).at);
      return;
    }
  } catch {
    state.isLost = !stash(form, text);
  }
  tell(form, '');
}

/** Keep it now, if there is something new. */
function keep(form, options = {}) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  if (state.isSent || !form.isConnected) return state.working ?? Promise.resolve();
  const text = withoutSecrets(form, written(form));
  if (text === state.kept && !(state.working && text !== state.tried)) return state.working ?? Promise.resolve();
  if (isUndecided(form)) {
    state.isLost = true;
    tell(form, '');
    return Promise.resolve();
  }
  if (options.keepalive) {
    stash(form, text); // the answer comes too late to be heard
    if (text.length > LARGEST_WHILE_LEAVING) return Promise.resolve();
  }
  // One after the other, so that the newest is the one that stays; only a page that closes does not wait.
  const before = options.keepalive ? null : state.working;
  const working = (before ?? Promise.resolve()).then(() => deliver(form, text, options)).then(() => {
    if (state.working === working) state.working = null;
  });
  state.working = working;
  return working;
}

function formOf(target) {
  const form = target.form ?? target.closest?.('form');
  return form?.matches('[data-keep]') ? form : null;
}

document.addEventListener('focusin', (event) => {
  const form = formOf(event.target);
  if (form) stateOf(form);
});
for (const kind of ['input', 'change', 'rows:changed']) {
  document.addEventListener(kind, (event) => {
    const form = formOf(event.target);
    if (!form) return;
    const state = stateOf(form);
    clearTimeout(state.timer);
    state.timer = setTimeout(keep, AFTER_MS, form);
  });
}
document.addEventListener('focusout', (event) => {
  const form = formOf(event.target);
  if (form && states.has(form) && event.relatedTarget?.form !== form) keep(form);
});

function keepAll(options) {
  for (const form of document.querySelectorAll('form[data-keep]')) if (states.has(form)) keep(form, options);
}
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') keepAll({ keepalive: true });
});
addEventListener('pagehide', () => keepAll({ keepalive: true }));
// Another task takes the place of this one.
document.addEventListener('htmx:beforeSwap', (event) => {
  for (const form of event.detail.target.querySelectorAll?.('form[data-keep]') ?? []) if (states.has(form)) keep(form);
});

// Sending ------------------------------------------------------------------------------------------------
// First what was typed is kept, so that a session that has run out loses nothing; then the form goes out.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('[data-keep]') || !states.has(form)) return;
  const state = stateOf(form);
  const text = withoutSecrets(form, written(form));
  if (!state.working && (text === state.kept || text === state.tried || isUndecided(form))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  const patience = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS); });
  Promise.race([keep(form), patience]).then(() => {
    state.tried = withoutSecrets(form, written(form));
    state.working = null;
    form.requestSubmit(submitter?.isConnected ? submitter : undefined);
  });
}, true);
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('[data-keep]') || event.defaultPrevented && !form.hasAttribute('hx-post')) return;
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.isSent = true;
});
function release() {
  for (const form of document.querySelectorAll('form[data-keep]')) if (states.has(form)) stateOf(form).isSent = false;
}
addEventListener('pageshow', release);
document.addEventListener('htmx:afterRequest', release);

// Leaving ------------------------------------------------------------------------------------------------
addEventListener('beforeunload', (event) => {
  for (const form of document.querySelectorAll('form[data-keep]')) {
    if (!states.has(form)) continue;
    const state = stateOf(form);
    const text = withoutSecrets(form, written(form));
    if (state.isSent || text === state.kept || text === state.first) continue;
    const isTooLong = text.length > LARGEST_WHILE_LEAVING && text !== state.tried;
    if (state.isLost || isTooLong || isUndecided(form)) event.preventDefault();
  }
});

// Coming back --------------------------------------------------------------------------------------------
/** What this window kept because the server could not be reached: to the server with it, and offered. */
async function bringBack(form) {
  let text;
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(STASH) && !key.startsWith(`${STASH}${form.dataset.person}:`)) sessionStorage.removeItem(key);
    }
    text = sessionStorage.getItem(stashKey(form));
  } catch { return; }
  if (!text) return;
  if ('taken' in form.dataset || text === written(form)) {
    unstash(form);
    return;
  }
  const field = form.matches('.say') && form.querySelector('textarea');
  if (field) {
    field.value = (JSON.parse(text).text ?? [''])[0];
    await deliver(form, written(form));
    return;
  }
  const answer = await send(form.dataset.keepUrl, { ticket: form.dataset.keep, data: text });
  if (!answer.ok || answer.redirected) return;
  unstash(form);
  const offer = note(form);
  if (offer) offer.hidden = false;
}

function start() {
  for (const form of document.querySelectorAll('form[data-keep]')) {
    if (states.has(form)) continue;
    stateOf(form);
    bringBack(form).catch(() => {});
  }
}
document.addEventListener('htmx:afterSettle', start);
start();

// Thrown away: the form stands as it is, and from now on what is typed is kept.
document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('[data-discard]')) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const answer = await send(form.action, { ticket: form.elements.ticket.value }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const box = form.closest('[data-draft-note]');
  box.hidden = true;
  const own = box.parentElement.querySelector('form[data-keep]');
  if (own) keep(own);
  own?.querySelector('input:not([type="hidden"]), select, textarea')?.focus();
}, true);
