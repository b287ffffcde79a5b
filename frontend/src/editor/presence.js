// Who else draws this process now, and whether somebody has saved meanwhile. Nobody asks while the page is hidden.
import { ask, Refused } from './http.js';
import { t } from './texts.js';

const EVERY_MS = 20_000;

export function keepPresence(session, box) {
  const place = box.querySelector('[data-others]');
  let warned = 0;

  async function look() {
    try {
      const { others, revision, saved_by: by } = await ask('POST', session.page.urls.presence, {});
      place.hidden = others.length === 0;
      place.textContent = others.length ? t('{names} is drawing here too', { names: others.join('、') }) : '';
      // Somebody else's save is told before the next one of ours is refused.
      if (revision > session.revision && revision !== warned && !session.isSaving) {
        warned = revision;
        session.warnStale(by);
      }
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
    }
  }

  look();
  setInterval(() => { if (document.visibilityState === 'visible') look(); }, EVERY_MS);
}
