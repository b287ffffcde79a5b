// One step in the list: what it is called, who does it, until when, under which condition. Chosen, it opens and all of
// that is changed in it.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

import { parseDuration, writeDuration } from '../durations.js';
import { setWord, word, words } from '../flow-words.js';
import { icon } from '../icons.js';
import { laneOf } from '../lanes.js';
import { nameIn, nameOf, setName } from '../names.js';
import { conditionRows, conditionWords, hasConditions } from '../panel/condition.js';
import { amount, button, h, select, text } from '../panel/dom.js';
import { workingUnits } from '../panel/due.js';
import { typeOf } from '../panel/index.js';
import { outcomesPart } from '../panel/outcomes.js';
import { timerOf, writeTime } from '../panel/timer.js';
import { stepsBefore } from '../panel/who.js';
import { language, t } from '../texts.js';
import { canBeRemoved, removeStep } from './removing.js';
import { flowsIn, isPersonal, outcomeRead, usualOutcome, wayOn } from '../ways.js';
import { outcomeWords, setWho, valueOf, whoOptions, whoWords } from './who.js';

const UNITS = ['days', 'hours', 'minutes', 'weeks'];

export function stepRow(session, { element, depth }, { isOpen, choose, add }) {
  const bo = getBusinessObject(element);
  const problems = session.problems.filter((one) => one.element === element.id);
  const worst = problems.some((one) => one.severity === 'error') ? 'error' : problems.length ? 'warning' : '';
  const head = h('button', { type: 'button', class: 'step-head', 'aria-expanded': String(isOpen), 'data-key': `step-${element.id}`, onclick: choose },
    icon(typeOf(session, bo).icon),
    h('span', { class: 'step-name' }, nameOf(element)),
    worst ? h('span', { class: `step-mark ${worst}` }, icon('triangle-alert'), h('span', { class: 'visually-hidden' }, problems[0].message)) : null,
    ...factsOf(session, element, bo));
  return h('li', { class: `step depth-${Math.min(depth, 3)}${isPersonal(element) ? ' personal' : ''}`, 'data-step': element.id }, head, isOpen ? body(session, element, bo, add) : null);
}

/** Who, until when, with which outcomes, and when one comes here at all: a line below the name. */
function factsOf(session, element, bo) {
  const facts = [];
  if (isPersonal(element)) facts.push(whoWords(session, bo), dueWords(session, element, word(bo, 'due')), words(bo, 'outcome').map((one) => outcomeWords(session, one, language)).join(' / '));
  else if (timerOf(bo)?.timeDuration) facts.push(durationWords(timerOf(bo).timeDuration.body));
  const said = facts.filter(Boolean);
  const when = conditionalFlows(element).map((flow) => whenWords(session, flow)).join(` ${t('or')} `);
  return [
    said.length ? h('span', { class: 'step-facts' }, said.map((one) => h('span', {}, one))) : null,
    when ? h('span', { class: 'step-when' }, t('only if {condition}', { condition: when })) : null,
  ];
}

function whenWords(session, flow) {
  const read = outcomeRead(flow);
  const step = read && session.element(read.step);
  if (!step) return conditionWords(session, flow.businessObject);
  const outcome = words(step.businessObject, 'outcome').find((one) => one.code === read.code) ?? { code: read.code };
  return t('{step}: {outcome}', { step: nameOf(step), outcome: outcomeWords(session, outcome, language) });
}

function dueWords(session, element, due) {
  if (due?.on) {
    const known = session.namesAt?.(element.id)?.find((one) => one.path === due.on);
    return t('due on {day}', { day: known ? `“${known.label}”` : due.on });
  }
  const written = due?.in ?? '';
  const value = parseDuration(written);
  return value ? `${value.amount} ${t(`working ${counted(value)}`)}` : written;
}

function durationWords(written = '') {
  const value = parseDuration(written);
  return value ? `${value.amount} ${t(counted(value))}` : written;
}

/** 1 day, 2 days. */
function counted({ amount: number, unit }) {
  return number === 1 ? unit.slice(0, -1) : unit;
}

/** The flows that lead here under a condition; the usual outcome of the step before is none. */
function conditionalFlows(element) {
  return flowsIn(element).filter((flow) => {
    if (!hasConditions(flow.source.businessObject) || !flow.businessObject.conditionExpression) return false;
    const read = outcomeRead(flow);
    const step = read && flow.source.incoming[0]?.source;
    return !(step && step.id === read.step && usualOutcome(step) === read.code);
  });
}

function body(session, element, bo, add) {
  const flows = conditionalFlows(element);
  return h('div', { class: 'step-body' },
    text({ key: 'step-name', label: t('Name'), value: nameIn(element, language), write: (given) => given && setName(session, element, language, given) }),
    isPersonal(element) ? whoField(session, element, bo) : null,
    isPersonal(element) ? dueField(session, element, bo) : null,
    timerOf(bo)?.timeDuration ? waitField(session, element, bo) : null,
    flows.map((flow) => h('div', { class: 'step-condition' }, h('p', { class: 'form-label' }, t('Only if')), conditionRows(session, flow, flow.businessObject, { prefix: `${flow.id}-`, isPlain: true }))),
    isPersonal(element) ? h('details', { class: 'more', 'data-details': 'step-outcomes' }, h('summary', {}, t('Buttons')), outcomesPart(session, element, bo)) : null,
    h('div', { class: 'deeds' },
      wayOn(element) || !is(bo, 'bpmn:EndEvent') ? button(t('Next step'), add, { name: 'plus', kind: 'btn-primary', key: 'step-next' }) : null,
      button(t('All properties'), () => session.showTab('panel'), { name: 'sliders-horizontal', key: 'step-panel' }),
      canBeRemoved(element) ? button(t('Remove'), () => removeStep(session, element), { name: 'trash-2', kind: 'btn-ghost', key: 'step-remove' }) : null));
}

function whoField(session, element, bo) {
  const value = valueOf(bo);
  return select({ key: 'step-who', label: t('Done by'), value, options: whoOptions(session, { lane: laneOf(session, bo), earlier: stepsBefore(session, element), value, id: element.id }), write: (given) => setWho(session, element, given) });
}

function dueField(session, element, bo) {
  const due = word(bo, 'due');
  if (due?.on) return null; // the properties show it
  const value = parseDuration(due?.in) ?? (due ? null : { amount: '', unit: 'days' });
  if (!value) return null; // said in another way: the properties show it
  return amount({ key: 'step-due', label: t('To be done within'), value, units: workingUnits(), help: t('Empty: no deadline'), write: (given) => setWord(session, element, 'due', Number(given.amount) > 0 ? { in: writeDuration(given) } : null) });
}

function waitField(session, element, bo) {
  const value = parseDuration(timerOf(bo).timeDuration.body);
  if (!value) return null;
  const isWorking = word(bo, 'timer')?.time === 'working';
  const units = isWorking ? workingUnits() : UNITS.map((unit) => ({ value: unit, label: t(unit) }));
  return amount({ key: 'step-wait', label: t('After'), value, units, write: (given) => writeTime(session, element, timerOf(bo), 'timeDuration', writeDuration(given)) });
}
