// How a diagram goes on behind a step: the decision that reads its outcomes, the way that is usually taken.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { parseCondition } from './conditions.js';
import { words } from './flow-words.js';

const PERSONAL = ['bpmn:UserTask', 'bpmn:ManualTask', 'bpmn:Task'];
const PARALLEL = ['bpmn:ParallelGateway', 'bpmn:InclusiveGateway'];

/** All steps, events, gateways and flows that are drawn; no labels, no sheets. */
export const flowElements = (registry) => registry.filter((one) => one.type !== 'label' && one.parent && is(one, 'bpmn:FlowElement'));
/** Whether people do it. */
export const isPersonal = (element) => PERSONAL.includes(element.type);
/** Whether it waits for all that come, or lets several go on: ways do not simply meet or begin in it. */
export const isParallel = (element) => PARALLEL.includes(element.type);
export const flowsOut = (element) => (element.outgoing ?? []).filter((one) => is(one, 'bpmn:SequenceFlow'));
export const flowsIn = (element) => (element.incoming ?? []).filter((one) => is(one, 'bpmn:SequenceFlow'));

/** The only comparison a flow makes: {path, operator, value}; null where it says more, or nothing. */
export function comparison(flow) {
  const parsed = parseCondition(flow.businessObject.conditionExpression?.body ?? '');
  return parsed?.rows.length === 1 ? parsed.rows[0] : null;
}

/** Whose outcome a flow reads, such as {step: 'finance_review', code: 'approve'}; null for other conditions. */
export function outcomeRead(flow) {
  const row = comparison(flow);
  const found = row?.operator === '==' && /^(\w+)\.outcome$/.exec(row.path);
  return found ? { step: found[1], code: row.value } : null;
}

/** {gateway, ways: [{code, flow}]}: the gateway behind a step that asks for nothing but its outcome, else null. */
export function decisionOf(step) {
  const [flow, more] = flowsOut(step);
  const gateway = flow?.target;
  if (!gateway || more || gateway.type !== 'bpmn:ExclusiveGateway') return null;
  const all = flowsOut(gateway);
  const standard = gateway.businessObject.default;
  const said = all.filter((one) => one.businessObject !== standard).map((one) => ({ flow: one, read: outcomeRead(one) }));
  if (all.length < 2 || said.some(({ read }) => read?.step !== step.id)) return null;
  const ways = said.map(({ flow: way, read }) => ({ code: read.code, flow: way }));
  const codes = words(step.businessObject, 'outcome').map((one) => one.code);
  const rest = codes.filter((code) => !ways.some((one) => one.code === code));
  const other = all.find((one) => one.businessObject === standard);
  return { gateway, ways: other ? [...ways, ...rest.map((code) => ({ code, flow: other }))] : ways };
}

/** The code of the outcome that lets the case go on: the one that stands out, else the first. */
export function usualOutcome(step) {
  const all = words(step.businessObject, 'outcome');
  return (all.find((one) => one.style === 'primary') ?? all[0])?.code ?? '';
}

/** The flow by which the case goes on behind a step; undefined where it ends with it. */
export function wayOn(step) {
  const decision = decisionOf(step);
  if (!decision) return flowsOut(step)[0];
  const usual = usualOutcome(step);
  return (decision.ways.find((one) => one.code === usual) ?? decision.ways[0]).flow;
}

/** The nearest step that people do at or before this element; null where none is before it in its own branch. */
export function personalBefore(element) {
  const seen = new Set([element]);
  const queue = [element];
  while (queue.length) {
    const one = queue.shift();
    if (isPersonal(one)) return one;
    if (isParallel(one)) continue; // beyond it other ways are under way
    for (const flow of flowsIn(one)) {
      if (!seen.has(flow.source)) queue.push(flow.source);
      seen.add(flow.source);
    }
  }
  return null;
}
