// Everything in view, beside the palette and above the mark of bpmn.io.
const ROOM = { top: 24, right: 24, bottom: 52, left: 176 };
const LARGEST = 1.1;
const LEGIBLE = 0.7;

export function fitAll(session) {
  const canvas = session.get('canvas');
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return;
  const wide = outer.width - ROOM.left - ROOM.right;
  const high = outer.height - ROOM.top - ROOM.bottom;
  const zoom = Math.min(wide / inner.width, high / inner.height, LARGEST);
  canvas.viewbox({
    x: inner.x + inner.width / 2 - (ROOM.left + wide / 2) / zoom,
    y: inner.y + inner.height / 2 - (ROOM.top + high / 2) / zoom,
    width: outer.width / zoom,
    height: outer.height / zoom,
  });
}

/** Everything if it can be read then, else the part where the process starts. */
export function fitFirst(session) {
  fitAll(session);
  const canvas = session.get('canvas');
  if (canvas.zoom() >= LEGIBLE) return;
  const { inner, outer } = canvas.viewbox();
  canvas.viewbox({
    x: inner.x - ROOM.left / LEGIBLE,
    y: inner.y - ROOM.top / LEGIBLE,
    width: outer.width / LEGIBLE,
    height: outer.height / LEGIBLE,
  });
}
