// The list of steps: the same drawing in words. The commonest changes are made here, and the drawing follows; all of
// it goes through modeling, so that undo, saving and the lint know of it.
import { calmly } from '../calm.js';
import { nameOf } from '../names.js';
import { check, h } from '../panel/dom.js';
import { addWords, t } from '../texts.js';
import words from '../words/zh-steps.js';
import { NextStepForm } from './adding.js';
import { addStep } from './extending.js';
import { inOrder } from './order.js';
import { removeStep } from './removing.js';
import { stepRow } from './row.js';
import { isPersonal } from '../ways.js';

export function showSteps(session) {
  addWords(words);
  const box = document.getElementById('steps');
  session.addStep = (step, plan) => keepTab(() => addStep(session, step, plan));
  session.removeStep = (step) => removeStep(session, step);
  const list = h('ol', { class: 'step-list' });
  const told = h('p', { class: 'visually-hidden', role: 'status' });
  const top = h('div', { class: 'step-top' });
  const whole = h('div', {}, top, list, told);
  let peopleOnly = false;
  let form = null;
  let isStale = false;

  function draw() {
    isStale = box.hidden;
    if (isStale) return; // drawn when it is looked at
    const focus = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const open = new Set([...list.querySelectorAll('details[data-details]')].filter((one) => one.open).map((one) => one.dataset.details));
    const rows = inOrder(session).filter(({ element }) => !peopleOnly || isPersonal(element) || element === session.selected);
    list.replaceChildren(...rows.map((row) => stepRow(session, row, {
      isOpen: row.element === session.selected,
      choose: () => choose(row.element),
      add: () => offer(row.element),
    })));
    if (!rows.length) list.append(h('li', { class: 'form-text' }, t('No step is drawn yet.')));
    for (const one of list.querySelectorAll('details[data-details]')) one.open = one.open || open.has(one.dataset.details);
    if (focus) find(focus)?.focus({ preventScroll: true });
  }

  const find = (key) => list.querySelector(`[data-key="${CSS.escape(key)}"]`);

  /** What is selected meanwhile does not bring the properties to the front. */
  function keepTab(run) {
    session.wantsPanel = false;
    try {
      return run();
    } finally {
      session.wantsPanel = true;
    }
  }

  /** Open a row, or close the open one. The tab stays. */
  function choose(element) {
    keepTab(() => session.select(session.selected === element ? null : element.id));
    list.querySelector('[aria-expanded="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  function offer(element) {
    form = new NextStepForm(session, element, (made) => leave(element, made));
    box.replaceChildren(form.box);
    form.box.querySelector('[data-key="new-name"]').focus();
  }

  function leave(element, made) {
    form = null;
    box.replaceChildren(whole);
    session.showTab('steps');
    draw();
    if (made) told.textContent = t('“{name}” is added.', { name: nameOf(made) });
    const row = find(`step-${(made ?? element).id}`);
    row?.focus();
    row?.scrollIntoView({ block: 'nearest' });
  }

  function walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches('.step-head')) return;
    event.preventDefault();
    const heads = [...list.querySelectorAll('.step-head')];
    heads[heads.indexOf(event.target) + step]?.focus();
  }

  top.append(check({ key: 'people-only', label: t('Only what people do'), value: false, write: (isOn) => { peopleOnly = isOn; draw(); } }));
  list.addEventListener('keydown', walk);
  box.replaceChildren(whole);
  new MutationObserver(() => { if (isStale && !box.hidden) draw(); }).observe(box, { attributeFilter: ['hidden'] });
  const drawCalmly = calmly(box, draw);
  session.onChange(drawCalmly);
  session.onSelect(() => {
    // Whoever selects something else on the canvas has left the form; a step that it has just added has not.
    if (form && session.selected !== form.after && session.wantsPanel) leave(form.after, null);
    drawCalmly();
  });
  session.onProblems(drawCalmly);
  session.onNames(() => (form ? form.redraw() : drawCalmly()));
}
