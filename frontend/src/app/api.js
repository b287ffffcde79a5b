// Talking to the API: JSON there and back, refusals as errors with the server's sentence.
import { csrfToken } from './token.js';

export class Refused extends Error {
  /** status: 0 where nobody answered; body: problem details of the API: detail, code, errors, problems. */
  constructor(status, body, words) {
    super(body.detail || (status ? words.failed : words.lost));
    Object.assign(this, { status, body, code: body.code });
  }
}

/** `words`: what is said where the server says nothing: {lost: nobody answered, failed: an answer without a sentence}. */
export async function ask(method, url, body, words) {
  let answer;
  try {
    answer = await fetch(url, {
      method,
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrfToken() },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, {}, words);
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said, words);
  return said;
}
