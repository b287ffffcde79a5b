// Which names an expression may read at each element: asked of the server for what is being drawn.
import { ask, Refused } from './http.js';

const PAUSE_MS = 900;

export function keepNames(session) {
  let groups = [];
  let before = {};
  let asked = '';
  const known = new Map(); // what namesAt has answered
  let timer = null;
  session.heard.names = new Set();
  session.onNames = (listener) => session.hear('names', listener);

  /** Names at an element, those that have a value there first. */
  session.namesAt = (id) => {
    if (!known.has(id)) known.set(id, lookUp(id));
    return known.get(id);
  };
  session.isBefore = (id, other) => (before[other] ?? []).includes(id);

  function lookUp(id) {
    const names = groups.find((one) => one.elements.includes(id))?.names ?? groups[0]?.names ?? [];
    if (!before[id]) return names;
    const done = new Set(before[id]);
    return names.filter((one) => !one.by || done.has(one.by));
  }

  async function look() {
    const bpmn = await session.xml().catch(() => null);
    if (bpmn === null || bpmn === asked) return;
    asked = bpmn;
    try {
      const answer = await ask('POST', session.page.urls.names, { bpmn, decisions: session.page.decisions });
      if (asked !== bpmn) return; // a later answer is on its way
      ({ groups, before } = answer);
      known.clear();
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
