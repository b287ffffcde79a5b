// Ways through a drawing that is there: around what stands in between, by few corners, and not out of a side that
// another way has taken. bpmn-js' own layout knows only the two ends. The list of steps lays its ways by it, and the
// canvas (canvas/laying.js).
import { bottom, middle, right } from '../placing.js';
import { flowsIn, flowsOut } from '../ways.js';

const SIDES = ['top', 'right', 'bottom', 'left'];
const STUB = 25;
const COST = { hit: 1000, sameSide: 80, entry: 30, corner: 20, length: 0.03 };

/** Lay a flow anew. */
export function route(session, flow) {
  const way = bestWay(session.elements(), flow);
  if (way) session.get('modeling').updateWaypoints(flow, way);
}

/** The points of the best way for a flow through these elements; undefined where there is none. */
export const bestWay = (elements, flow) => waysFor(elements, flow)[0]?.points;

/** All ways that a flow may be laid on, {points, cost}, the best first. Where each goes through a shape, further ones past the shapes. */
export function waysFor(elements, flow) {
  const shapes = inBetween(elements, flow);
  const found = priced(shapes, flow, candidates(flow));
  if (!found.length || !isThrough(found[0])) return found;
  return [...found, ...priced(shapes, flow, candidates(flow, shapes))].sort(byCost);
}

/** Whether a way with this cost goes through a shape. */
export const isThrough = ({ cost }) => cost >= COST.hit;

/** The cost of any way for a flow. */
export const costOfWay = (elements, flow, points) => costOf(inBetween(elements, flow), flow, points);

// Parts ------------------------------------------------------------------------------------------

const byCost = (one, other) => one.cost - other.cost;
const priced = (shapes, flow, ways) => ways.map((points) => ({ points, cost: costOf(shapes, flow, points) })).sort(byCost);

function inBetween(elements, { source, target }) {
  return elements.filter((one) => !one.waypoints && one.parent === source.parent && one.id !== source.id && one.id !== target.id && one.host?.id !== source.id);
}

function port(shape, side) {
  const x = shape.x + shape.width / 2;
  const y = middle(shape);
  return { top: { x, y: shape.y }, bottom: { x, y: bottom(shape) }, left: { x: shape.x, y }, right: { x: right(shape), y } }[side];
}

const isUpright = (side) => side === 'top' || side === 'bottom';
const outward = { top: -1, left: -1, bottom: 1, right: 1 };

/** `past`: the shapes beside which a way may go, besides beside its ends. */
function candidates({ source, target }, past = []) {
  return SIDES.flatMap((out) => SIDES.flatMap((into) => pathsBetween(port(source, out), out, port(target, into), into, past)
    .filter((points) => leaves(points[0], points[1], out) && leaves(points.at(-1), points.at(-2), into))
    .map((points) => Object.assign(points.map(rounded), { sides: [out, into] }))));
}

const rounded = ({ x, y }) => ({ x: Math.round(x), y: Math.round(y) });

/** All ways with at most two corners. */
function pathsBetween(from, out, to, into, past) {
  if (isUpright(out) !== isUpright(into)) return [[from, isUpright(out) ? { x: from.x, y: to.y } : { x: to.x, y: from.y }, to]];
  const axis = isUpright(out) ? 'y' : 'x';
  if ((axis === 'y' ? from.x === to.x : from.y === to.y) && out !== into) return [[from, to]];
  const channels = [from[axis] + STUB * outward[out], to[axis] + STUB * outward[into], from[axis] + 2 * STUB * outward[out], ...past.flatMap((one) => beside(one, axis))];
  return channels.map((at) => (axis === 'y' ? [from, { x: from.x, y: at }, { x: to.x, y: at }, to] : [from, { x: at, y: from.y }, { x: at, y: to.y }, to]));
}

const beside = (shape, axis) => (axis === 'y' ? [shape.y - STUB, bottom(shape) + STUB] : [shape.x - STUB, right(shape) + STUB]);

/** Whether the way goes off from a side, not back through the shape. */
function leaves(from, next, side) {
  const axis = isUpright(side) ? 'y' : 'x';
  return (next[axis] - from[axis]) * outward[side] > 0;
}

function costOf(shapes, flow, points) {
  const { source, target } = flow;
  let cost = COST.corner * (points.length - 2);
  for (let at = 1; at < points.length; at += 1) {
    const [one, other] = [points[at - 1], points[at]];
    cost += COST.length * (Math.abs(one.x - other.x) + Math.abs(one.y - other.y));
    cost += COST.hit * shapes.filter((shape) => isHit(one, other, shape)).length;
  }
  const others = flowsOut(source).filter((one) => one.id !== flow.id);
  const taken = [...others.map((one) => one.waypoints[0]), ...flowsIn(source).map((one) => one.waypoints.at(-1))];
  if (taken.some((one) => isAt(one, points[0]))) cost += COST.sameSide;
  if (flowsOut(target).some((one) => isAt(one.waypoints[0], points.at(-1)))) cost += COST.sameSide;
  if (!flowsIn(target).some((one) => one.id !== flow.id && isAt(one.waypoints.at(-1), points.at(-1)))) cost += COST.entry;
  return cost;
}

const isAt = (one, other) => Math.abs(one.x - other.x) + Math.abs(one.y - other.y) < 8;

function isHit(one, other, shape) {
  const air = 8;
  return Math.min(one.x, other.x) < right(shape) + air && Math.max(one.x, other.x) > shape.x - air
    && Math.min(one.y, other.y) < bottom(shape) + air && Math.max(one.y, other.y) > shape.y - air;
}
