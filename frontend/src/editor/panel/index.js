// The panel: what the selected element says, part by part. Drawn anew after each change; the focus and what was
// unfolded stay where they were.
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';

import { calmly, writeWhenLeft } from '../calm.js';
import { icon } from '../icons.js';
import { nameOf } from '../names.js';
import { t } from '../texts.js';
import { calledPart, decisionPart, messagePart } from './calling.js';
import { conditionPart, waysPart } from './condition.js';
import { h } from './dom.js';
import { duePart, priorityPart } from './due.js';
import { expertPart } from './expert.js';
import { formPart } from './form.js';
import { generalPart } from './general.js';
import { operationPart } from './operation.js';
import { outcomesPart } from './outcomes.js';
import { lanePart, processPart } from './process.js';
import { severalPart } from './several.js';
import { boundaryPart, timerOf, timerPart } from './timer.js';
import { whoPart } from './who.js';

const PERSONAL = ['bpmn:UserTask', 'bpmn:ManualTask'];

export function showPanel(session) {
  const box = document.getElementById('panel');
  let shown = null;
  session.panelState = {};

  function draw() {
    const element = session.selected ?? session.get('canvas').getRootElement();
    if (!element) return;
    const open = new Set([...box.querySelectorAll('details[data-details]')].filter((one) => one.open).map((one) => one.dataset.details));
    const isSame = shown === element.id;
    const focus = box.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const { scrollTop } = box;
    if (!isSame) session.panelState = {};
    shown = element.id;
    box.replaceChildren(...partsOf(session, element));
    if (!isSame) return;
    for (const one of box.querySelectorAll('details[data-details]')) if (open.has(one.dataset.details)) one.open = true;
    box.scrollTop = scrollTop;
    if (focus) box.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
  }

  /** Draw anew; what is given is remembered until another element is selected. */
  session.redrawPanel = (state = {}) => {
    Object.assign(session.panelState, state);
    draw();
  };
  session.onSelect((element) => {
    draw();
    if (element && session.wantsPanel !== false) session.showTab('panel');
  });
  writeWhenLeft(box.closest('.aside'), document.querySelector('[data-editor] .drawing'));
  const drawCalmly = calmly(box, draw);
  session.onChange(drawCalmly);
  session.onNames(drawCalmly);
  session.onProblems(drawCalmly);
}

function partsOf(session, element) {
  const isWhole = !element.parent || is(element, 'bpmn:Participant');
  const bo = isWhole ? session.process : getBusinessObject(element);
  const parts = [heading(session, bo), problemsOf(session, bo), generalPart(session, element, bo)];
  if (isWhole) parts.push(processPart(session, element, bo));
  if (is(bo, 'bpmn:Lane')) parts.push(lanePart(session, element, bo));
  if (isAny(bo, PERSONAL) || bo.$type === 'bpmn:Task') {
    parts.push(whoPart(session, element, bo), duePart(session, element, bo), outcomesPart(session, element, bo), formPart(session, element, bo), severalPart(session, element, bo));
  }
  if (bo.$type === 'bpmn:StartEvent' && !(bo.eventDefinitions ?? []).length) parts.push(formPart(session, element, bo));
  if (is(bo, 'bpmn:ServiceTask')) parts.push(operationPart(session, element, bo));
  if (is(bo, 'bpmn:BusinessRuleTask')) parts.push(decisionPart(session, element, bo));
  if (is(bo, 'bpmn:CallActivity')) parts.push(calledPart(session, element, bo));
  if (is(bo, 'bpmn:SequenceFlow')) parts.push(conditionPart(session, element, bo));
  if (is(bo, 'bpmn:Gateway')) parts.push(waysPart(session, element, bo));
  parts.push(timerPart(session, element, bo), messagePart(session, element, bo));
  if (is(bo, 'bpmn:BoundaryEvent') && !timerOf(bo) && !messageOf(bo)) parts.push(boundaryPart(session, element, bo));
  if (isAny(bo, PERSONAL)) parts.push(h('details', { class: 'part-more', 'data-details': 'priority' }, h('summary', {}, t('Priority')), priorityPart(session, element, bo)));
  parts.push(expertPart(session, element, bo));
  return parts.filter(Boolean);
}

const messageOf = (bo) => (bo.eventDefinitions ?? []).some((one) => is(one, 'bpmn:MessageEventDefinition'));

function heading(session, bo) {
  const type = typeOf(session, bo);
  return h('h2', { class: 'what' }, icon(type.icon), h('span', {}, type.label), h('small', {}, nameOf({ businessObject: bo })));
}

/** What kind of thing it is, in the words of the palette where it has one. */
export function typeOf(session, bo) {
  const event = bo.eventDefinitions?.[0]?.$type ?? '';
  const types = session.registry.step_types.filter((one) => one.bpmn === bo.$type && (one.event === event || (!one.event && !event)));
  const hasOutcomes = (bo.extensionElements?.values ?? []).some((one) => one.$type === 'flow:Outcome');
  const found = bo.$type === 'bpmn:UserTask' ? types.find((one) => one.id === (hasOutcomes ? 'approval' : 'task')) : types[0];
  if (found) return { icon: found.icon, label: found.label };
  const [name, label] = OTHERS[bo.$type] ?? ['workflow', bo.$type.replace('bpmn:', '')];
  return { icon: name, label: t(label) };
}

const OTHERS = {
  'bpmn:Process': ['workflow', 'Process'], 'bpmn:Lane': ['list', 'Lane'], 'bpmn:SequenceFlow': ['arrow-right', 'Way'],
  'bpmn:StartEvent': ['circle', 'Start'], 'bpmn:BoundaryEvent': ['alarm-clock', 'Event at a step'], 'bpmn:SubProcess': ['layers', 'Subprocess'],
  'bpmn:Transaction': ['layers', 'Transaction'], 'bpmn:InclusiveGateway': ['git-branch', 'One or more ways'], 'bpmn:EventBasedGateway': ['hourglass', 'What happens first'],
  'bpmn:IntermediateCatchEvent': ['clock', 'Waits for an event'], 'bpmn:IntermediateThrowEvent': ['send', 'Tells of something'], 'bpmn:ScriptTask': ['file-text', 'Script'],
  'bpmn:SendTask': ['send', 'Sends a message'], 'bpmn:ReceiveTask': ['mail', 'Receives a message'], 'bpmn:ManualTask': ['hand', 'Manual task'], 'bpmn:Task': ['user', 'Task'],
  'bpmn:EndEvent': ['circle-dot', 'End'], 'bpmn:TextAnnotation': ['file-text', 'Note'], 'bpmn:Group': ['layers', 'Group'],
};

function problemsOf(session, bo) {
  const mine = session.problems.filter((one) => one.element === bo.id);
  return mine.length ? h('ul', { class: 'said' }, mine.map((one) => h('li', { class: one.severity }, one.message))) : null;
}
