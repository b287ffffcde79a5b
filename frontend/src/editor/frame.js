// The bar and the canvas' tools: save, undo, redo, zoom, fit; and their keys.
import { fitAll, fitFirst } from './fit.js';

const isTyping = (target) => target.closest?.('input, textarea, select, [contenteditable="true"], dialog[open]');

export function keepFrame(session, box) {
  const canvas = session.get('canvas');
  const deeds = {
    save: () => session.save(),
    undo: () => session.undo(),
    redo: () => session.redo(),
    in: () => canvas.zoom(canvas.zoom() * 1.25),
    out: () => canvas.zoom(canvas.zoom() / 1.25),
    fit: () => fitAll(session),
    find: () => session.get('searchPad').toggle(),
    map: () => session.get('minimap').toggle(),
  };
  for (const button of box.querySelectorAll('[data-deed]')) {
    const deed = deeds[button.dataset.deed];
    if (deed) button.addEventListener('click', () => deed());
  }
  session.onChange(() => {
    box.querySelector('[data-deed="undo"]').disabled = !session.canUndo;
    box.querySelector('[data-deed="redo"]').disabled = !session.canRedo;
  });

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229 || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const deed = { s: 'save', z: event.shiftKey ? 'redo' : 'undo', y: 'redo', f: 'find' }[key];
    if (!deed || (!['s', 'f'].includes(key) && isTyping(event.target))) return;
    event.preventDefault();
    event.stopPropagation();
    deeds[deed]();
  }, true);

  session.get('minimap').close();
  fitFirst(session);
}
