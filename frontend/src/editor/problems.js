// What the lint says of the drawing: asked after a pause, listed by element, marked on the canvas, mended by a click.
import { ask, Refused } from './http.js';
import { icon } from './icons.js';
import { nameOf } from './names.js';
import { button, h, hint } from './panel/dom.js';
import { t } from './texts.js';

const PAUSE_MS = 1200;
const MARKS = ['has-error', 'has-warning'];

export function showProblems(session, box) {
  const list = document.getElementById('problems');
  const count = box.querySelector('[data-problem-count]');
  let asked = ''; // the drawing that the problems are of
  let latest = ''; // the last one that was asked about
  let timer = null;
  let note = '';

  /** Ask now; true if nothing stands in the way of publishing. */
  session.lint = async () => {
    clearTimeout(timer);
    const bpmn = await session.xml();
    if (bpmn !== asked) {
      latest = bpmn;
      const { problems } = await ask('POST', session.page.urls.lint, { bpmn, decisions: session.page.decisions });
      if (latest === bpmn) { // else a later answer is on its way
        asked = bpmn;
        session.setProblems(problems);
      }
    }
    return !session.problems.some((one) => one.severity === 'error');
  };

  async function look() {
    try {
      await session.lint();
      note = '';
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      note = refusal.message;
      draw();
    }
  }

  async function mend(problem) {
    const bpmn = await session.xml();
    try {
      const answer = await ask('POST', session.page.urls.mend, {
        bpmn, decisions: session.page.decisions,
        problem: { code: problem.code, element: problem.element, line: problem.line },
      });
      await session.replace(answer.bpmn);
      note = t('Done: {what}', { what: answer.done });
      asked = await session.xml();
      latest = asked;
      session.setProblems(answer.problems);
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      note = refusal.message;
      draw();
    }
  }

  function draw() {
    const errors = session.problems.filter((one) => one.severity === 'error');
    count.hidden = session.problems.length === 0;
    count.textContent = String(session.problems.length);
    count.className = `tag ${errors.length ? 'tag-red' : 'tag-amber'}`;
    list.replaceChildren(...[
      note ? h('p', { class: 'note', role: 'status' }, note) : null,
      session.problems.length ? null : h('div', { class: 'all-well' }, icon('circle-check'), h('p', {}, t('Nothing is wrong with this drawing.'))),
      group(session, errors, t('To be put right before publishing'), mend),
      group(session, session.problems.filter((one) => one.severity !== 'error'), t('Worth a look'), mend),
    ].filter(Boolean));
    mark(session);
  }

  session.onProblems(draw);
  session.onChange(() => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });
  look();
}

function group(session, problems, title, mend) {
  if (!problems.length) return null;
  return h('section', { class: 'part' }, h('h3', {}, title), h('ul', { class: 'problems' }, problems.map((one) => row(session, one, mend))));
}

function row(session, problem, mend) {
  const element = problem.element && session.element(problem.element);
  return h('li', { class: problem.severity },
    element ? button(nameOf(element), () => session.select(problem.element), { kind: 'btn-ghost where', key: `at-${problem.element}` }) : problem.table ? h('span', { class: 'where' }, problem.table) : null,
    h('p', {}, problem.message),
    problem.hint ? hint(problem.hint) : null,
    problem.mend ? button(problem.mend.label, () => mend(problem), { name: 'check' }) : null);
}

function mark(session) {
  const canvas = session.get('canvas');
  const worst = new Map();
  for (const one of session.problems) {
    if (one.element && worst.get(one.element) !== 'error') worst.set(one.element, one.severity);
  }
  session.get('elementRegistry').forEach((element) => {
    if (element.type === 'label') return;
    for (const kind of MARKS) canvas.removeMarker(element, kind);
    const found = worst.get(element.id);
    if (found) canvas.addMarker(element, `has-${found}`);
  });
}
