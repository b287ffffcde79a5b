// How sequence flows are laid on the canvas: a new one, and one whose ends were moved or given to another shape, goes
// around what stands in between (steps/routing.js). A way that somebody has bent by hand is not laid anew: bpmn-js
// mends its ends and keeps the rest. Laying happens within the deed, so that one step of undo takes back both.
import BpmnLayouter from 'bpmn-js/lib/features/modeling/BpmnLayouter';
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { bestWay, costOfWay, isThrough, waysFor } from '../steps/routing.js';
import { flowElements, flowsIn, flowsOut } from '../ways.js';

// So far may a point be from where it would be laid: ends are cut at the outline of their shape.
const NEAR = 3;

class Layouter extends BpmnLayouter {
  constructor(elementRegistry, eventBus) {
    super(elementRegistry);
    this.registry = elementRegistry;
    this.forget();
    for (const deed of ['shape.move', 'shape.resize']) eventBus.on(`commandStack.${deed}.preExecute`, ({ context }) => this.noteShape(context.shape));
    eventBus.on('commandStack.connection.reconnect.preExecute', ({ context }) => this.noteReconnected(context));
    eventBus.on(['commandStack.changed', 'diagram.clear'], () => this.forget());
  }

  layoutConnection(connection, hints = {}) {
    const source = hints.source ?? connection.source;
    const target = hints.target ?? connection.target;
    const kept = () => super.layoutConnection(connection, hints);
    if (!is(connection, 'bpmn:SequenceFlow') || !source || !target || source === target) return kept();
    const flow = { id: connection.id, source, target };
    const elements = flowElements(this.registry);
    if (!connection.waypoints?.length) this.judged.set(connection, 'laid');
    const way = this.judge(connection);
    if (way === 'bent') return kept();
    if (way === 'chosen') {
      const mended = kept();
      if (!isThrough({ cost: costOfWay(elements, flow, mended) })) return mended;
    }
    return bestWay(elements, flow) ?? kept();
  }

  // Parts ------------------------------------------------------------------------------------------

  /** What was noted of the drawing as it was before the deed. */
  forget() {
    this.former = new Map(); // shape -> the shape where it stood
    this.judged = new Map(); // flow -> what its way was
  }

  noteShape(shape) {
    if (this.former.has(shape) || shape.waypoints) return;
    const { x, y, width, height } = shape;
    this.former.set(shape, Object.assign(Object.create(shape), { x, y, width, height }));
  }

  /** An end that is drawn to another side of its own shape is bent by hand. */
  noteReconnected({ connection, newSource = connection.source, newTarget = connection.target }) {
    if (newSource === connection.source && newTarget === connection.target) this.judged.set(connection, 'bent');
    else this.judge(connection);
  }

  /**
   * What the way of a flow was before the deed: 'laid' as it would be laid, or through a shape; 'chosen' between two
   * sides that a person may have chosen; 'bent'. All ways that what moves pulls along are judged at once.
   */
  judge(flow) {
    if (this.judged.has(flow)) return this.judged.get(flow);
    const before = (one) => this.former.get(one) ?? one;
    const elements = flowElements(this.registry).map(before);
    const pulled = [...this.former.keys()].flatMap((shape) => [...flowsIn(shape), ...flowsOut(shape)])
      .filter((one) => !this.former.has(one.source) || !this.former.has(one.target));
    for (const one of new Set([flow, ...pulled])) {
      if (this.judged.has(one)) continue;
      const all = waysFor(elements, { id: one.id, source: before(one.source), target: before(one.target) });
      const mine = all.find(({ points }) => isSame(points, one.waypoints));
      this.judged.set(one, mine ? (mine.cost <= all[0].cost || isThrough(mine) ? 'laid' : 'chosen') : 'bent');
    }
    return this.judged.get(flow);
  }
}
Layouter.$inject = ['elementRegistry', 'eventBus'];

function isSame(points, others) {
  return points.length === others.length && points.every(({ x, y }, at) => Math.abs(x - others[at].x) <= NEAR && Math.abs(y - others[at].y) <= NEAR);
}

export default { layouter: ['type', Layouter] };
