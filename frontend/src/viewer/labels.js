// Labels beside gateways, events and flows have a box of the size their first language needed. Another
// language, or a hasty drawing, breaks words in it; so a box is made as wide as its text wants.
const WIDEST = 96;
const FONT = '12px "Inter UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';
const AIR = 6;
let pen = null;

/** The width that a text beside its symbol wants. */
export function wantedWidth(text) {
  pen ??= document.createElement('canvas').getContext('2d');
  pen.font = FONT;
  return Math.min(Math.ceil(Math.max(...text.split('\n').map((line) => pen.measureText(line).width))) + AIR, WIDEST);
}

export function widenLabels(viewer) {
  const registry = viewer.get('elementRegistry');
  registry.forEach((shape) => {
    if (shape.type !== 'label') return;
    const wanted = wantedWidth(shape.businessObject.name ?? '');
    if (wanted <= shape.width) return;
    shape.x = leftEdge(shape, wanted);
    shape.width = wanted;
    const picture = viewer.get('canvas').getGraphics(shape);
    picture.setAttribute('transform', `matrix(1 0 0 1 ${shape.x} ${shape.y})`);
    viewer.get('graphicsFactory').update('shape', shape, picture);
  });
}

/** Beside an upright line the box grows away from it, everywhere else to both sides. */
export function leftEdge(shape, wanted) {
  const middle = { x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 };
  const line = shape.labelTarget?.waypoints && uprightNear(shape.labelTarget.waypoints, middle);
  if (!line) return middle.x - wanted / 2;
  return middle.x >= line.x ? Math.max(shape.x, line.x + 2) : Math.min(shape.x + shape.width, line.x - 2) - wanted;
}

/** The upright piece of a flow next to a point, unless a level piece is nearer. */
function uprightNear(points, at) {
  let best = null;
  for (let i = 1; i < points.length; i += 1) {
    const [from, to] = [points[i - 1], points[i]];
    const isUpright = Math.abs(from.x - to.x) < 2;
    const inside = isUpright
      ? at.y >= Math.min(from.y, to.y) - 8 && at.y <= Math.max(from.y, to.y) + 8
      : at.x >= Math.min(from.x, to.x) - 8 && at.x <= Math.max(from.x, to.x) + 8;
    const distance = isUpright ? Math.abs(at.x - from.x) : Math.abs(at.y - from.y);
    if (inside && (!best || distance < best.distance)) best = { distance, isUpright, x: from.x };
  }
  return best?.isUpright ? best : null;
}
