// The steps of a diagram in the order of their list: as the case goes, what stands in a subprocess below it, what
// happens at the edge of a step below that step.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { flowsOut } from '../ways.js';

const UNLISTED = ['bpmn:StartEvent', 'bpmn:EndEvent', 'bpmn:Gateway', 'bpmn:DataObjectReference', 'bpmn:DataStoreReference'];

const isListed = (element) => is(element, 'bpmn:FlowNode') && !UNLISTED.some((type) => is(element, type));

/** [{element, depth}] */
export function inOrder(session) {
  const nodes = session.elements().filter((one) => is(one, 'bpmn:FlowNode'));
  const rows = [];
  const seen = new Set();

  function inside(parent, depth) {
    const mine = nodes.filter((one) => one.parent === parent && !is(one, 'bpmn:BoundaryEvent'));
    for (const one of asTheCaseGoes(mine)) add(one, depth);
  }

  function add(element, depth) {
    if (seen.has(element)) return;
    seen.add(element);
    if (isListed(element)) rows.push({ element, depth });
    inside(element, depth + 1);
    for (const event of element.attachers ?? []) add(event, depth + 1);
  }

  for (const parent of new Set(nodes.map((one) => one.parent))) if (!nodes.includes(parent)) inside(parent, 0);
  for (const one of nodes) add(one, 0);
  return rows;
}

/** By the longest way from where it begins, ways back left out; what is equally far by its place on the sheet. */
function asTheCaseGoes(nodes) {
  const within = new Set(nodes);
  const next = (node) => [node, ...(node.attachers ?? [])].flatMap(flowsOut).map((one) => one.target).filter((one) => within.has(one));
  const done = [];
  const open = new Set();

  // Behind what it leads to, so that turned round it comes first. Not recursive: diagrams may be long.
  function visit(start) {
    const stack = [{ node: start, left: next(start) }];
    open.add(start);
    while (stack.length) {
      const top = stack[stack.length - 1];
      const following = top.left.shift();
      if (!following) done.push(stack.pop().node);
      else if (!open.has(following)) {
        open.add(following);
        stack.push({ node: following, left: next(following) });
      }
    }
  }

  const byPlace = [...nodes].sort((one, other) => one.x - other.x || one.y - other.y);
  const begins = byPlace.filter((one) => is(one, 'bpmn:StartEvent'));
  for (const one of [...begins, ...byPlace]) if (!open.has(one)) visit(one);
  const place = new Map(done.map((one, at) => [one, done.length - at]));
  const far = new Map(nodes.map((one) => [one, 0]));
  for (const one of [...done].reverse()) {
    for (const other of next(one)) if (place.get(other) > place.get(one)) far.set(other, Math.max(far.get(other), far.get(one) + 1));
  }
  return [...nodes].sort((one, other) => far.get(one) - far.get(other) || one.y - other.y || one.x - other.x);
}
