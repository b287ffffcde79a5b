// Talking to the API from the editor: JSON there and back, refusals as errors with the server's sentence.
import { t } from './texts.js';

const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';

export class Refused extends Error {
  /** body: problem details of the API: detail, code, errors, problems. */
  constructor(status, body) {
    super(body.detail || t('That did not work.'));
    Object.assign(this, { status, body, code: body.code });
  }
}

export async function ask(method, url, body) {
  let answer;
  try {
    answer = await fetch(url, {
      method,
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrfToken() },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, { detail: t('The server cannot be reached.') });
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said);
  return said;
}
