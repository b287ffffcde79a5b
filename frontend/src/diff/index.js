// Two states of a process side by side: the same part of both is seen, what differs is marked, and a
// sentence of the list leads to its place. The server finds what differs; the browser only paints it.
import { fit, fitAll } from '../viewer/fit.js';
import { follow } from './together.js';
import { markChanges } from './marks.js';

/** The box holds two .one-side with data-xml and a JSON script; `drawn` draws one of them. */
export async function showDifference(box, drawn) {
  const sides = await Promise.all([...box.querySelectorAll('.one-side')].map(async (frame) => {
    const state = JSON.parse(frame.querySelector('script[type="application/json"]').textContent);
    const viewer = await drawn(frame, state);
    markChanges(viewer, state.marks, box.dataset);
    return { frame, viewer, state };
  }));
  look(sides);
  follow(sides.map((side) => side.viewer));
  wireTools(box, sides);
  wireSentences(box, sides);
  box.dataset.ready = 'yes';
}

/** The same height and the same part of both: around the first change that is drawn. */
function look(sides) {
  const [first, second] = sides.toReversed();
  const registry = first.viewer.get('elementRegistry');
  const focus = Object.keys(first.state.marks).find((id) => registry.get(id)?.width);
  for (const side of [second, first]) fit(side.frame, side.viewer, focus);
  const heights = sides.map((side) => side.frame.querySelector('.canvas').clientHeight);
  for (const side of sides) {
    side.frame.querySelector('.canvas').style.height = `${Math.max(...heights)}px`;
    side.viewer.get('canvas').resized();
  }
  fit(first.frame, first.viewer, focus);
  second.viewer.get('canvas').viewbox(plain(first.viewer.get('canvas').viewbox()));
}

function plain({ x, y, width, height }) {
  return { x, y, width, height };
}

function wireTools(box, sides) {
  const { viewer } = sides[1];
  const canvas = viewer.get('canvas');
  box.querySelector('[data-zoom="in"]').addEventListener('click', () => canvas.zoom(canvas.zoom() * 1.25));
  box.querySelector('[data-zoom="out"]').addEventListener('click', () => canvas.zoom(canvas.zoom() / 1.25));
  box.querySelector('[data-zoom="fit"]').addEventListener('click', () => fitAll(viewer));
}

/** A sentence shows its element in whichever picture has it. */
function wireSentences(box, sides) {
  for (const button of document.querySelectorAll('[data-shows]')) {
    button.addEventListener('click', () => {
      const id = button.dataset.shows;
      const shown = sides.toReversed().filter((side) => side.viewer.get('elementRegistry').get(id));
      for (const side of sides) clear(side.viewer);
      if (!shown.length) return;
      center(shown[0].viewer, id);
      for (const side of shown) side.viewer.get('canvas').addMarker(id, 'is-shown');
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      shown[0].frame.scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' });
    });
  }
}

function clear(viewer) {
  const canvas = viewer.get('canvas');
  viewer.get('elementRegistry').forEach((element) => canvas.removeMarker(element, 'is-shown'));
}

function center(viewer, id) {
  const canvas = viewer.get('canvas');
  const element = viewer.get('elementRegistry').get(id);
  const root = canvas.findRoot(element);
  if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
  const place = element.waypoints ? element.waypoints[Math.floor(element.waypoints.length / 2)] : element;
  const { width, height } = canvas.viewbox();
  canvas.viewbox({
    x: place.x + (element.width ?? 0) / 2 - width / 2,
    y: place.y + (element.height ?? 0) / 2 - height / 2,
    width,
    height,
  });
}
