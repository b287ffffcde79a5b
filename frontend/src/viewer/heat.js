// The figures of a process on its diagram: the deeper the colour, the more; the number stands beside it, so the
// colour never stands alone. With one way chosen, everything beside it steps back.
const FAINTEST = 1.5;
const EACH_LEVEL = 0.5;

function note(className, text) {
  const outer = document.createElement('div');
  outer.className = className;
  outer.textContent = text;
  return outer;
}

/** heat: {elements: {id: {level: 0..4, text}}, flows: {id: {level, text}}}; way: {elements: [id], flows: [id]} */
export function heat(viewer, { heat: found, way }) {
  const registry = viewer.get('elementRegistry');
  for (const [id, known] of Object.entries(found.elements)) {
    if (registry.get(id)) heatShape(viewer, registry.get(id), known);
  }
  for (const [id, known] of Object.entries(found.flows)) {
    const flow = registry.get(id);
    if (flow?.waypoints) countFlow(viewer, flow, known);
  }
  if (way) markWay(viewer, way);
}

function heatShape(viewer, element, known) {
  viewer.get('canvas').addMarker(element.id, `heat-${known.level}`);
  const position = { top: 0, left: element.width / 2 };
  viewer.get('overlays').add(element.id, 'figures', { position, html: note('dia-figure', known.text) });
}

function countFlow(viewer, flow, known) {
  const path = viewer.get('canvas').getGraphics(flow).querySelector('.djs-visual > path');
  if (path) path.style.strokeWidth = `${FAINTEST + known.level * EACH_LEVEL}px`;
  const at = middle(flow.waypoints);
  const [left, top] = [Math.min(...flow.waypoints.map((point) => point.x)), Math.min(...flow.waypoints.map((point) => point.y))];
  const position = { left: at.x - left, top: at.y - top };
  viewer.get('overlays').add(flow.id, 'figures', { position, html: note('dia-count', known.text) });
}

/** The middle of the longest piece: there is most room. */
function middle(points) {
  let best = { x: points[0].x, y: points[0].y, length: -1 };
  for (let i = 1; i < points.length; i += 1) {
    const [from, to] = [points[i - 1], points[i]];
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    if (length > best.length) best = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2, length };
  }
  return best;
}

function markWay(viewer, way) {
  const canvas = viewer.get('canvas');
  const passed = new Set([...way.elements, ...way.flows]);
  viewer.get('elementRegistry').forEach((element) => {
    if (element.type === 'label') return;
    const isFlow = element.type === 'bpmn:SequenceFlow';
    const isStep = /Task|Event|Gateway|CallActivity/.test(element.type);
    if (isFlow && passed.has(element.id)) {
      canvas.addMarker(element.id, 'is-way');
      for (const end of [element.source, element.target]) passed.add(end.id);
    } else if (!isFlow && !isStep) passed.add(element.id);
  });
  viewer.get('elementRegistry').forEach((element) => {
    if (element.type === 'label' || passed.has(element.id)) return;
    if (element.waypoints || /Task|Event|Gateway|CallActivity/.test(element.type)) canvas.addMarker(element.id, 'is-future');
  });
}
