// Take a step out of the way: what came to it goes on to where it usually led. The decision behind an approval goes
// with it, and whatever only that decision led to. One step of undo.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { laneOf } from '../lanes.js';
import { decisionOf, flowsIn, flowsOut, wayOn } from '../ways.js';

/** Whether the way goes on without it. */
export function canBeRemoved(step) {
  return is(step, 'bpmn:BoundaryEvent') || Boolean(wayOn(step)) || !flowsIn(step).length;
}

export function removeStep(session, step) {
  const modeling = session.get('modeling');
  session.batch(() => {
    const next = is(step, 'bpmn:BoundaryEvent') ? null : wayOn(step)?.target;
    const gone = new Set([step, decisionOf(step)?.gateway].filter(Boolean));
    const left = [...gone].flatMap(leadsTo).filter((one) => one !== next && !gone.has(one));
    const before = flowsIn(step).filter((one) => !gone.has(one.source)).map((one) => one.source);
    if (next) lead(session, step, next, gone);
    const lanes = new Set([...gone, ...left].map((one) => laneOf(session, one.businessObject)).filter(Boolean));
    modeling.removeElements([...gone]);
    for (const one of before) if (next && choosesNothing(one, next)) {
      lead(session, one, next, gone);
      modeling.removeElements([one]);
    }
    removeUnreached(session, left);
    if (next && meetsNothing(next)) modeling.removeElements([next]); // its two ends are joined
    for (const lane of lanes) if (isEmpty(session, lane)) modeling.removeShape(session.element(lane.id));
  });
}

// Parts ------------------------------------------------------------------------------------------

const leadsTo = (element) => [element, ...(element.attachers ?? [])].flatMap(flowsOut).map((one) => one.target);

/** What comes to an element goes to the next one instead. */
function lead(session, element, next, gone) {
  const modeling = session.get('modeling');
  for (const flow of flowsIn(element)) {
    if (gone.has(flow.source)) continue;
    modeling.reconnectEnd(flow, next, { x: next.x, y: next.y + next.height / 2 });
    modeling.layoutConnection(flow);
  }
}

/** A gateway whose ways all lead to one place. */
function choosesNothing(element, next) {
  return element.type === 'bpmn:ExclusiveGateway' && flowsOut(element).every((one) => one.target === next);
}

/** A gateway where ways met and only one is left. */
function meetsNothing(element) {
  return element.type === 'bpmn:ExclusiveGateway' && flowsIn(element).length === 1 && flowsOut(element).length === 1;
}

/** A lane in which nothing is left, beside others. */
function isEmpty(session, lane) {
  return !(lane.flowNodeRef ?? []).length && !lane.childLaneSet && lane.$parent.lanes.length > 1 && session.element(lane.id);
}

/** What nothing leads to any more, and what only that led to. */
function removeUnreached(session, elements) {
  const queue = [...new Set(elements)];
  while (queue.length) {
    const one = queue.shift();
    if (!session.element(one.id) || flowsIn(one).length || is(one, 'bpmn:StartEvent') || is(one, 'bpmn:BoundaryEvent')) continue;
    queue.push(...leadsTo(one));
    session.get('modeling').removeElements([one]);
  }
}
