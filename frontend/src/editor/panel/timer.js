// When a timer goes off, in words: after some time, on a day, again and again.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { parseCycle, parseDuration, writeCycle, writeDuration } from '../durations.js';
import { setWord, word } from '../flow-words.js';
import { t } from '../texts.js';
import { nameOptions } from './condition.js';
import { amount, check, choice, h, section, select, text } from './dom.js';

const KINDS = [['timeDuration', 'After some time'], ['timeDate', 'On a day'], ['timeCycle', 'Again and again']];
const UNITS = ['days', 'hours', 'minutes', 'weeks'];

export const timerOf = (bo) => (bo.eventDefinitions ?? []).find((one) => is(one, 'bpmn:TimerEventDefinition'));

export function timerPart(session, element, bo) {
  const timer = timerOf(bo);
  if (!timer) return null;
  const kind = KINDS.map(([name]) => name).find((name) => timer[name]) ?? 'timeDuration';
  const body = timer[kind]?.body ?? '';
  const write = (name, given) => writeTime(session, element, timer, name, given);
  const starts = { timeDuration: 'P7D', timeDate: 'today()', timeCycle: 'R/P1D' };
  const isWorking = word(bo, 'timer')?.time === 'working';
  return section(t('When'),
    choice({ key: 'timer', legend: t('Goes off'), value: kind, options: KINDS.map(([value, label]) => ({ value, label: t(label) })), write: (name) => write(name, starts[name]) }),
    bodyPart(session, element, kind, body, (given) => write(kind, given)),
    kind === 'timeDate' ? null : check({ key: 'working', label: t('Counts working time only'), value: isWorking, write: (isOn) => setTimer(session, element, bo, { time: isOn ? 'working' : '' }) }),
    kind === 'timeCycle' ? check({ key: 'missed', label: t('Missed rounds come one by one'), value: word(bo, 'timer')?.missed === 'each', write: (isOn) => setTimer(session, element, bo, { missed: isOn ? 'each' : '' }) }) : null,
    boundaryPart(session, element, bo));
}

/** Say when a timer goes off, in one of its three ways. */
export function writeTime(session, element, timer, name, given) {
  const made = session.get('bpmnFactory').create('bpmn:FormalExpression', { body: given });
  made.$parent = timer;
  session.get('modeling').updateModdleProperties(element, timer, { timeDuration: undefined, timeDate: undefined, timeCycle: undefined, [name]: made });
}

/** At the border of a step: whether the step goes on. */
export function boundaryPart(session, element, bo) {
  if (!is(bo, 'bpmn:BoundaryEvent')) return null;
  return choice({
    key: 'interrupts', legend: t('The step then'), value: bo.cancelActivity === false ? 'on' : 'off',
    options: [{ value: 'on', label: t('goes on') }, { value: 'off', label: t('is broken off') }],
    write: (given) => session.get('modeling').updateProperties(element, { cancelActivity: given === 'off' }),
  });
}

function bodyPart(session, element, kind, body, write) {
  const units = UNITS.map((value) => ({ value, label: t(value) }));
  if (kind === 'timeDuration') {
    const value = parseDuration(body);
    return value ? amount({ key: 'wait', label: t('After'), value, units, write: (given) => write(writeDuration(given)) }) : named(session, element, body, write, t('Such as P1DT4H, or a name that holds it'));
  }
  if (kind === 'timeCycle') {
    const value = parseCycle(body);
    if (!value) return named(session, element, body, write, t('Such as R3/P1D'));
    return h('div', {}, amount({ key: 'every', label: t('Every'), value, units, write: (given) => write(writeCycle(given)) }),
      text({ key: 'times', label: t('At most so many times'), type: 'number', min: 1, value: value.times === null ? '' : String(value.times), help: t('Empty: for ever'), write: (given) => write(writeCycle({ ...value, times: given ? Number(given) : null })) }));
  }
  return dayField(session, element, body, write);
}

/** A day, as a name that holds it or as an expression. */
export function dayField(session, element, body, write) {
  const options = nameOptions(session, element.id, (one) => ['date', 'datetime'].includes(one.type));
  const isKnown = options.some((one) => one.options.some((each) => each.value === body));
  return h('div', {},
    options.length ? select({ key: 'date-name', label: t('Day'), value: isKnown ? body : '', options: [{ value: '', label: t('A fixed day or an expression') }, ...options], write: (given) => given && write(given) }) : null,
    isKnown ? null : text({ key: 'date', label: t('Day or expression'), value: body, kind: 'mono', help: t('Such as 2026-12-20, or subject.end_on - 30'), write }));
}

function named(session, element, body, write, help) {
  return text({ key: 'timer-text', label: t('Time'), value: body, kind: 'mono', help, write });
}

function setTimer(session, element, bo, values) {
  const one = word(bo, 'timer');
  const next = { time: one?.time, missed: one?.missed, ...values };
  setWord(session, element, 'timer', next.time || next.missed ? values : null);
}
