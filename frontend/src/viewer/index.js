// The live diagram of one case, or the plain diagram of a version. The page gives, as JSON in a
// <script type="application/json">: which elements are done, active or held, who waits where, and
// names in the reader's language. The table of steps beside it says the same in words.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import { showDifference } from '../diff/index.js';
import { fit, fitAll, keepFitted } from './fit.js';
import { heat } from './heat.js';
import { widenLabels } from './labels.js';
import { mark } from './marks.js';
import { rename } from './names.js';

const FONTS = '"Inter UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';

/** Draw into the box: <div data-diagram data-xml="url"> with .canvas and, for a case, a JSON script. */
export async function show(box) {
  if (box.dataset.diagram === 'difference') return showDifference(box, drawn);
  const state = readState(box);
  const viewer = await drawn(box, state);
  mark(viewer, state);
  if (state.heat) heat(viewer, state);
  const focus = activeElement(viewer, state);
  fit(box, viewer, focus);
  keepFitted(box, viewer, focus);
  wireTools(box, viewer);
  wireTable(box, viewer);
  box.dataset.ready = 'yes';
}

/** The diagram of a box in its .canvas, with the names of the reader's language; nothing marked yet. */
async function drawn(box, state) {
  const viewer = new NavigatedViewer({
    container: box.querySelector('.canvas'),
    bpmnRenderer: {
      defaultFillColor: 'var(--bpmn-fill)',
      defaultStrokeColor: 'var(--bpmn-stroke)',
      defaultLabelColor: 'var(--bpmn-label)',
    },
    additionalModules: [{ translate: ['value', (text, values) => inReaderLanguage(box, text, values)] }],
    textRenderer: { defaultStyle: { fontFamily: FONTS, fontSize: 12 }, externalStyle: { fontSize: 12 } },
  });
  const answer = await fetch(box.dataset.xml, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`diagram answered ${answer.status}`);
  await viewer.importXML(await answer.text());
  rename(viewer, state.names ?? {}, state.texts ?? {});
  widenLabels(viewer);
  asImage(box);
  return viewer;
}

/** The viewer's own few words: the way into a collapsed subprocess. */
function inReaderLanguage(box, text, values = {}) {
  const known = text === 'Open {element}' ? box.dataset.openText : text;
  return (known ?? text).replace(/{(\w+)}/g, (_all, name) => values[name] ?? '');
}

export function readState(box) {
  const script = box.querySelector('script[type="application/json"]');
  return script ? JSON.parse(script.textContent) : {};
}

/** Where the case stands: what a reader wants to see first. What is in a collapsed subprocess is not on this sheet. */
function activeElement(viewer, state) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const isSeen = (id) => registry.get(id) && canvas.findRoot(id) === canvas.getRootElement();
  return Object.keys(state.elements ?? {}).find((id) => ['active', 'held'].includes(state.elements[id].state) && isSeen(id));
}

/** Shapes cannot be reached by Tab; the table of steps can. To a screen reader the picture is one image. */
function asImage(box) {
  const svg = box.querySelector('.canvas svg');
  svg.removeAttribute('tabindex');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', box.dataset.label);
  box.querySelector('.djs-overlay-container')?.setAttribute('aria-hidden', 'true');
}

function wireTools(box, viewer) {
  const canvas = viewer.get('canvas');
  box.querySelector('[data-zoom="in"]')?.addEventListener('click', () => canvas.zoom(canvas.zoom() * 1.25));
  box.querySelector('[data-zoom="out"]')?.addEventListener('click', () => canvas.zoom(canvas.zoom() / 1.25));
  box.querySelector('[data-zoom="fit"]')?.addEventListener('click', () => fitAll(viewer));
  box.querySelector('[data-zoom="full"]')?.addEventListener('click', () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else box.querySelector('.frame').requestFullscreen();
  });
}

/** A row of the table points at its shape. */
function wireTable(box, viewer) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const rows = (box.closest('[data-panel], main') ?? document).querySelectorAll('[data-element]');
  for (const row of rows) {
    const { element } = row.dataset;
    if (!registry.get(element)) continue;
    row.addEventListener('mouseenter', () => canvas.addMarker(element, 'is-shown'));
    row.addEventListener('mouseleave', () => canvas.removeMarker(element, 'is-shown'));
  }
}
