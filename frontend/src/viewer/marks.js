// What happened to each element: a colour on the shape, a badge on its edge, and who is waited for.
const SMALL = 60; // events and gateways: their badge sits above them, not on their symbol

function badge(kind, text) {
  const outer = document.createElement('div');
  const inner = document.createElement('span');
  outer.className = 'dia-badge';
  inner.className = kind;
  inner.textContent = text;
  outer.append(inner);
  return outer;
}

function whoNote(text) {
  const note = document.createElement('div');
  note.className = 'dia-who';
  note.textContent = text;
  return note;
}

/** Below a step; above one with events on its border, whose names stand below. */
function noteAt(element) {
  const left = element.width / 2;
  return element.attachers?.length ? { top: -20, left } : { bottom: -5, left };
}

function corner(element) {
  return element.width < SMALL ? { top: -6, left: element.width } : { top: 0, left: element.width };
}

/** state: {elements: {id: {state: "done"|"active"|"held"|"left", count, who}}, flows: [ids that were taken]} */
export function mark(viewer, state) {
  if (!state.elements) return; // a version, not a case: nothing has happened to it
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const taken = new Set(state.flows ?? []);
  viewer.get('elementRegistry').forEach((element) => {
    if (element.type === 'label' || !isStep(element)) return;
    if (element.waypoints) {
      canvas.addMarker(element.id, taken.has(element.id) ? 'is-done' : 'is-future');
      return;
    }
    const known = state.elements[element.id];
    canvas.addMarker(element.id, known ? `is-${known.state}` : 'is-future');
    if (!known || known.state === 'left') return;
    if (isAround(element)) {
      canvas.addMarker(element.id, 'is-around');
      return;
    }
    // Gateways and events that are simply done say so by their colour: a badge would cover their label.
    if (known.state !== 'done' || element.width >= SMALL) {
      overlays.add(element.id, 'app', { position: corner(element), html: badge(known.state, badgeText(known)) });
    }
    if (known.who) {
      overlays.add(element.id, 'app', { position: noteAt(element), html: whoNote(known.who) });
    }
  });
}

function isStep(element) {
  return !['bpmn:Participant', 'bpmn:Lane', 'bpmn:Collaboration', 'bpmn:Process', 'bpmn:TextAnnotation', 'bpmn:Group'].includes(element.type) && element.parent !== undefined && element.id !== '__implicitroot';
}

/** An expanded subprocess: its steps are drawn in it and speak for themselves. */
function isAround(element) {
  return ['bpmn:SubProcess', 'bpmn:Transaction'].includes(element.type) && !element.collapsed;
}

function badgeText(known) {
  if (known.state === 'held') return '!';
  if (known.state === 'done') return known.count > 1 ? `✓ ${known.count}` : '✓';
  return String(known.count ?? 1);
}
