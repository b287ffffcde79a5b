// Talking to the API from the editor, in the editor's words.
import { ask as askApi } from '../app/api.js';
import { t } from './texts.js';

export { Refused } from '../app/api.js';

export function ask(method, url, body) {
  return askApi(method, url, body, { lost: t('The server cannot be reached.'), failed: t('That did not work.') });
}
