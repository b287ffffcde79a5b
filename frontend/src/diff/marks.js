// A colour and a sign: plus for what came, minus for what went, a wave for what is otherwise.
const SIGNS = { added: '+', removed: '−', changed: '≠' };

export function markChanges(viewer, marks, words) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  for (const [id, kind] of Object.entries(marks)) {
    const element = registry.get(id);
    if (!element || isAround(element)) continue;
    canvas.addMarker(id, `is-${kind}`);
    overlays.add(id, 'app', { position: place(element), html: badge(kind, words) });
  }
}

/** The process, its pool and lanes are as large as the picture: the sentences say what differs in them. */
function isAround(element) {
  return ['bpmn:Process', 'bpmn:Collaboration', 'bpmn:Participant', 'bpmn:Lane'].includes(element.type);
}

function place(element) {
  if (!element.waypoints) return { top: 0, left: element.width };
  const at = element.waypoints[Math.floor((element.waypoints.length - 1) / 2)];
  const next = element.waypoints[Math.floor((element.waypoints.length - 1) / 2) + 1];
  const left = Math.min(...element.waypoints.map((point) => point.x));
  const top = Math.min(...element.waypoints.map((point) => point.y));
  return { left: (at.x + next.x) / 2 - left, top: (at.y + next.y) / 2 - top };
}

function badge(kind, words) {
  const outer = document.createElement('div');
  const inner = document.createElement('span');
  outer.className = 'dia-badge';
  inner.className = kind;
  inner.textContent = SIGNS[kind];
  inner.title = words[`${kind}Text`] ?? '';
  outer.append(inner);
  return outer;
}
