// Which names an expression may read at each element: asked of the server for what is being drawn.
import { ask, Refused } from './http.js';

const PAUSE_MS = 900;

export function keepNames(session) {
  let groups = [];
  let before = {};
  let asked = '';
  let timer = null;
  session.heard.names = new Set();
  session.onNames = (listener) => session.hear('names', listener);

  /** Names at an element, those that have a value there first. */
  session.namesAt = (id) => {
    const names = groups.find((one) => one.elements.includes(id))?.names ?? groups[0]?.names ?? [];
    const done = before[id];
    return done ? names.filter((one) => !one.by || done.includes(one.by)) : names;
  };
  session.isBefore = (id, other) => (before[other] ?? []).includes(id);

  async function look() {
    const bpmn = await session.xml().catch(() => null);
    if (bpmn === null || bpmn === asked) return;
    asked = bpmn;
    try {
      const answer = await ask('POST', session.page.urls.names, { bpmn, decisions: session.page.decisions });
      if (asked !== bpmn) return; // a later answer is on its way
      ({ groups, before } = answer);
      session.tell('names');
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      asked = ''; // again after the next change
    }
  }

  session.onChange(() => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });
  look();
}
