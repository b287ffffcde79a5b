// Put a step behind another one, or into a flow, and make room for it: what stands behind moves on.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';

import { laneOf } from './lanes.js';
import { append } from './placing.js';
import { roomFor } from './room.js';
import { newStep } from './steps-factory.js';
import { flowsOut } from './ways.js';

/** Whether something can follow here. */
export function canGoOn(element) {
  return isAny(element, ['bpmn:FlowNode']) && !is(element, 'bpmn:EndEvent') && element.type !== 'label'
    && !element.businessObject.triggeredByEvent;
}

/** A new step of this type behind the element: in the way it goes on, or on a way of its own behind a gateway. */
export function addAfter(session, element, type) {
  if (type.group === 'border') return addAtBorder(session, element, type);
  const [flow, more] = flowsOut(element);
  if (flow && !more && !is(element, 'bpmn:Gateway') && type.bpmn !== 'bpmn:EndEvent') return insertInto(session, flow, type);
  let made;
  session.batch(() => {
    made = append(session, element, newStep(session, type));
  });
  return made;
}

/** An event at the lower edge of a step, beside those that are there. */
export function addAtBorder(session, host, type) {
  let made;
  session.batch(() => {
    const taken = (host.attachers ?? []).length;
    const place = { x: host.x + host.width - 20 - 40 * taken, y: host.y + host.height };
    made = session.get('modeling').createShape(newStep(session, type), place, host, { attach: true });
  });
  session.get('selection').select(made);
  return made;
}

/** A new step of this type between the two ends of a flow. The flow keeps its condition and leads to the step. */
export function insertInto(session, flow, type) {
  const modeling = session.get('modeling');
  const { source, target } = flow;
  let made;
  session.batch(() => {
    const shape = newStep(session, type);
    const { places } = roomFor(session, source, target, laneOf(session, source.businessObject), [{ width: shape.width, gap: 0 }]);
    made = modeling.createShape(shape, places[0], source.parent);
    modeling.reconnectEnd(flow, made, { x: made.x + made.width / 2, y: made.y + made.height / 2 });
    if (canGoOn(made)) modeling.connect(made, target);
    modeling.layoutConnection(flow);
  });
  session.get('selection').select(made);
  return made;
}
