// Put a step behind another one, or into a flow, and make room for it: what stands behind moves on.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';

import { newStep } from './steps-factory.js';

const AIR = 50;

const flowsOut = (element) => (element.outgoing ?? []).filter((one) => is(one, 'bpmn:SequenceFlow'));

/** Whether something can follow here. */
export function canGoOn(element) {
  return isAny(element, ['bpmn:FlowNode']) && !is(element, 'bpmn:EndEvent') && element.type !== 'label'
    && !element.businessObject.triggeredByEvent;
}

/** A new step of this type behind the element: in the way it goes on, or on a way of its own behind a gateway. */
export function addAfter(session, element, type) {
  const [flow, more] = flowsOut(element);
  if (flow && !more && !is(element, 'bpmn:Gateway') && type.bpmn !== 'bpmn:EndEvent') return insertInto(session, flow, type);
  let made;
  session.batch(() => {
    made = session.get('autoPlace').append(element, newStep(session, type));
  });
  return made;
}

/** A new step of this type between the two ends of a flow. The flow keeps its condition and leads to the step. */
export function insertInto(session, flow, type) {
  const modeling = session.get('modeling');
  const { source, target } = flow;
  let made;
  session.batch(() => {
    const shape = newStep(session, type);
    makeRoom(session, source, target, shape);
    const place = between(source, target, shape);
    made = modeling.createShape(shape, place, source.parent);
    modeling.reconnectEnd(flow, made, { x: made.x, y: made.y + made.height / 2 });
    if (canGoOn(made)) modeling.connect(made, target);
    modeling.layoutConnection(flow);
  });
  session.get('selection').select(made);
  return made;
}

// Parts ------------------------------------------------------------------------------------------

const right = (shape) => shape.x + shape.width;
const middle = (shape) => shape.y + shape.height / 2;

function makeRoom(session, source, target, shape) {
  const isAhead = target.x >= right(source) && target.parent === source.parent;
  if (!isAhead) return;
  const missing = shape.width + 2 * AIR - (target.x - right(source));
  if (missing <= 0) return;
  const delta = Math.ceil(missing / 10) * 10;
  const tool = session.get('spaceTool');
  const start = right(source) + 1;
  const all = session.get('elementRegistry').filter((one) => one.parent && one.type !== 'label' && (one.waypoints || isMovable(one, source)));
  const found = tool.calculateAdjustments(all, 'x', delta, start);
  tool.makeSpace(found.movingShapes, found.resizingShapes, { x: delta, y: 0 }, 'e', start);
}

/** What stands in the same pool or subprocess as the source, or around it. */
function isMovable(shape, source) {
  for (let at = shape.parent; at; at = at.parent) if (at === source.parent) return true;
  for (let at = source.parent; at; at = at.parent) if (at === shape) return true;
  return is(shape, 'bpmn:Lane') || is(shape, 'bpmn:Participant');
}

function between(source, target, shape) {
  const isInRow = target.x >= right(source) + shape.width && Math.abs(middle(source) - middle(target)) < shape.height;
  const x = isInRow ? (right(source) + target.x) / 2 : right(source) + AIR + shape.width / 2;
  return { x: Math.round(x), y: middle(source) };
}
