// Talking to the API: JSON there and back; a refusal knows why, in the server's words.
import { csrfToken } from '../app/http.js';

class Refused extends Error {
  constructor(said) {
    super(said?.detail ?? '');
    this.said = said;
  }

  /** Why, in words: what is wrong with each field, else the whole; without an answer, that nobody answered. */
  why(words) {
    const errors = Object.values(this.said?.errors ?? {}).flat().slice(0, 3).join(' ');
    return errors || this.message || words.lost;
  }
}

export async function ask(method, url, body) {
  let answer;
  try {
    answer = await fetch(url, {
      method,
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrfToken() },
      body: body && JSON.stringify(body),
    });
  } catch {
    throw new Refused();
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused({ detail: String(answer.status), ...said });
  return said;
}

/** 09:41, as the page's language writes it. */
export function timeOf(moment) {
  return new Date(moment).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
}
