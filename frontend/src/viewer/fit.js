// Show the whole diagram with air around it. The lower edge gets more, so that the mark of
// bpmn.io in the corner covers nothing.
const PADDING = { top: 26, right: 26, bottom: 44, left: 26 };
const LARGEST_ZOOM = 1.15;

export function fit(viewer) {
  const canvas = viewer.get('canvas');
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return;
  const free = { width: outer.width - PADDING.left - PADDING.right, height: outer.height - PADDING.top - PADDING.bottom };
  const zoom = Math.min(free.width / inner.width, free.height / inner.height, LARGEST_ZOOM);
  const width = outer.width / zoom;
  const height = outer.height / zoom;
  canvas.viewbox({
    x: inner.x - PADDING.left / zoom - (free.width / zoom - inner.width) / 2,
    y: inner.y - PADDING.top / zoom - (free.height / zoom - inner.height) / 2,
    width,
    height,
  });
}

/** Fit again when the box changes its size (a tab opened, a window turned), until the reader moves it. */
export function keepFitted(box, viewer) {
  let moved = false;
  let fitting = false;
  const frame = box.querySelector('.canvas');
  for (const kind of ['pointerdown', 'wheel']) frame.addEventListener(kind, () => { moved = true; }, { passive: true });
  box.querySelector('[data-zoom="fit"]')?.addEventListener('click', () => { moved = false; });
  new ResizeObserver(() => {
    if (fitting) return;
    fitting = true;
    requestAnimationFrame(() => {
      viewer.get('canvas').resized();
      if (!moved) fit(viewer);
      fitting = false;
    });
  }).observe(frame);
}
