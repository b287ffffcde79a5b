// One way to talk to the server from a module: same origin, with the CSRF token.
import { csrfToken } from './token.js';

export { csrfToken };

export function post(url, fields) {
  return fetch(url, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { 'X-CSRFToken': csrfToken(), 'X-Requested-With': 'fetch' },
    credentials: 'same-origin',
  });
}

// htmx sends the token with every request that changes something.
document.addEventListener('htmx:configRequest', (event) => {
  if (event.detail.verb !== 'get') event.detail.headers['X-CSRFToken'] = csrfToken();
});

// Signed out meanwhile (or elsewhere): the whole page goes to the sign-in, not a piece of it.
document.addEventListener('htmx:beforeSwap', (event) => {
  const answered = event.detail.xhr.responseURL;
  if (answered && new URL(answered).pathname.startsWith('/account/login')) {
    event.preventDefault();
    location.reload();
  }
});
