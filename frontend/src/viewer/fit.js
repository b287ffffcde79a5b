// Show the diagram with air around it. The lower edge gets more, so that the mark of bpmn.io in the
// corner covers nothing. A large diagram is not shrunk until nobody can read it: then the place where
// the case stands is shown, and one button shows the whole.
const PADDING = { top: 22, right: 22, bottom: 46, left: 22 };
const LARGEST = 1.1;
const LEGIBLE = 0.7;
const LOWEST_BOX = 240;

/** The zoom at which everything is seen in a box of this size. */
function zoomForAll(inner, outer) {
  const width = outer.width - PADDING.left - PADDING.right;
  const height = outer.height - PADDING.top - PADDING.bottom;
  return Math.min(width / inner.width, height / inner.height, LARGEST);
}

/** Everything, however small it gets. */
export function fitAll(viewer) {
  const canvas = viewer.get('canvas');
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return;
  const zoom = zoomForAll(inner, outer);
  look(canvas, zoom, {
    x: inner.x + inner.width / 2 + (PADDING.right - PADDING.left) / 2 / zoom,
    y: inner.y + inner.height / 2 + (PADDING.bottom - PADDING.top) / 2 / zoom,
  });
}

/** Everything if it can be read, else the part around the element that matters. */
export function fit(box, viewer, focus) {
  fitHeight(box, viewer);
  const canvas = viewer.get('canvas');
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return;
  if (zoomForAll(inner, outer) >= LEGIBLE) {
    fitAll(viewer);
    return;
  }
  const element = focus && viewer.get('elementRegistry').get(focus);
  const wanted = element ? middle(element) : { x: inner.x, y: inner.y };
  look(canvas, LEGIBLE, keptInside(wanted, inner, outer, LEGIBLE));
}

/** The frame is as high as the diagram needs, and no higher than a page can bear. */
function fitHeight(box, viewer) {
  if (document.fullscreenElement) return;
  const frame = box.querySelector('.canvas');
  const { inner } = viewer.get('canvas').viewbox();
  const zoom = Math.max(Math.min((frame.clientWidth - PADDING.left - PADDING.right) / inner.width, LARGEST), LEGIBLE);
  const needed = inner.height * zoom + PADDING.top + PADDING.bottom;
  frame.style.height = `${Math.round(Math.min(Math.max(needed, LOWEST_BOX), innerHeight * 0.66))}px`;
  viewer.get('canvas').resized();
}

function middle(element) {
  return { x: element.x + element.width / 2, y: element.y + element.height / 2 };
}

/** Do not show emptiness beside the diagram while a part of it is out of sight. */
function keptInside(wanted, inner, outer, zoom) {
  const within = (value, start, size, shown) => {
    const half = shown / zoom / 2;
    const from = start - 20 / zoom + half;
    const to = start + size + 30 / zoom - half;
    return from > to ? start + size / 2 : Math.min(Math.max(value, from), to);
  };
  return {
    x: within(wanted.x, inner.x, inner.width, outer.width),
    y: within(wanted.y, inner.y, inner.height, outer.height),
  };
}

function look(canvas, zoom, center) {
  const { outer } = canvas.viewbox();
  const width = outer.width / zoom;
  const height = outer.height / zoom;
  canvas.viewbox({ x: center.x - width / 2, y: center.y - height / 2, width, height });
}

/** Fit again when the box changes its width (a tab opened, a window turned), until the reader moves it. */
export function keepFitted(box, viewer, focus) {
  let moved = false;
  let width = 0;
  const frame = box.querySelector('.canvas');
  for (const kind of ['pointerdown', 'wheel']) frame.addEventListener(kind, () => { moved = true; }, { passive: true });
  new ResizeObserver(() => {
    if (frame.clientWidth === width) return;
    width = frame.clientWidth;
    requestAnimationFrame(() => {
      viewer.get('canvas').resized();
      if (!moved) fit(box, viewer, focus);
    });
  }).observe(frame);
  document.addEventListener('fullscreenchange', () => requestAnimationFrame(() => {
    viewer.get('canvas').resized();
    fit(box, viewer, focus);
  }));
}
