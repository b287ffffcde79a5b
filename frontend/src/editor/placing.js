// Where a new step is put, and the room it needs: what stands in the way moves, lanes and pool grow with it.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';

import { laneOf } from './lanes.js';

export const AIR = 50;
const GAP = 20;
const FRAMES = ['bpmn:Lane', 'bpmn:Participant'];

export const right = (shape) => shape.x + shape.width;
export const bottom = (shape) => shape.y + shape.height;
export const middle = (shape) => shape.y + shape.height / 2;

/** Append a shape behind a source, on a free place. */
export function append(session, source, shape) {
  const place = source.host ? below(source, shape) : session.get('eventBus').fire('autoPlace', { source, shape });
  const rect = { x: place.x - shape.width / 2, y: place.y - shape.height / 2, width: shape.width, height: shape.height };
  clear(session, source, rect);
  const made = session.get('modeling').appendShape(source, shape, place, source.parent);
  session.get('selection').select(made);
  return made;
}

/** Room for a shape of this width between two that stand one behind the other. */
export function makeRoomBetween(session, source, target, width) {
  if (target.x < right(source) || target.parent !== source.parent) return;
  const missing = width + 2 * AIR - (target.x - right(source));
  if (missing > 0) space(session, source, 'x', Math.ceil(missing / 10) * 10, right(source) + 1);
}

/** Move down what lies in the rectangle below the source, and the lower edge of the lane where that runs through it. */
export function clear(session, source, rect, lane = laneOf(session, source.businessObject)) {
  const row = bottom(source.host ?? source);
  const frame = (lane && session.element(lane.id)) ?? (is(source.parent, 'bpmn:Process') ? null : source.parent);
  const inWay = session.elements().filter((one) => !one.waypoints && one !== source && one !== source.host
    && one.parent === source.parent && (!frame || middle(one) < bottom(frame)) && overlaps(one, rect));
  const first = Math.min(...inWay.map((one) => one.y));
  if (inWay.length && first > row) down(session, source, bottom(rect) + GAP - first, first - 1);
  if (frame) down(session, source, bottom(rect) + GAP - bottom(frame), bottom(frame) - 1);
  if (is(source.parent, 'bpmn:SubProcess')) widen(session, source.parent, right(rect) + GAP - right(source.parent));
}

// Parts ------------------------------------------------------------------------------------------

/** Under the step at whose edge an event stands. */
function below(event, shape) {
  return { x: Math.round(event.x + event.width / 2 + AIR + shape.width / 2), y: Math.round(bottom(event.host) + AIR + shape.height / 2) };
}

function down(session, source, missing, start) {
  if (missing > 0) space(session, source, 'y', Math.ceil(missing / 10) * 10, start);
}

export function overlaps(one, rect) {
  return one.x < right(rect) + GAP && right(one) > rect.x - GAP && one.y < bottom(rect) + GAP && bottom(one) > rect.y - GAP;
}

/** Make a subprocess wider by what is missing; what stands behind it moves on. */
function widen(session, within, missing) {
  if (missing > 0) space(session, within, 'x', Math.ceil(missing / 10) * 10, right(within) - 1);
}

/** Everything beyond `start` moves on by `delta`; a subprocess grows first, and what stands beyond it moves on too. */
function space(session, source, axis, delta, start) {
  const within = is(source.parent, 'bpmn:SubProcess') ? source.parent : null;
  if (within) space(session, within, axis, delta, (axis === 'x' ? right(within) : bottom(within)) - 1);
  const tool = session.get('spaceTool');
  const all = session.get('elementRegistry').filter((one) => one.parent && one.type !== 'label' && (one.waypoints || isNear(one, source, within)));
  const { movingShapes, resizingShapes } = tool.calculateAdjustments(all, axis, delta, start);
  tool.makeSpace(movingShapes, resizingShapes, { x: 0, y: 0, [axis]: delta }, axis === 'x' ? 'e' : 's', start);
}

/** What stands in the same pool or subprocess as the source; a pool itself and its lanes as well. */
function isNear(shape, source, within) {
  for (let at = shape.parent; at; at = at.parent) if (at === source.parent) return true;
  return !within && (shape === source.parent || isAny(shape, FRAMES));
}
