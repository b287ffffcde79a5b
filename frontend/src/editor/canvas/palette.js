// The palette: business steps with their names. Drag one onto the canvas, or choose it: by mouse it hangs on the
// pointer, by keyboard it is put behind the selected step.
import { addAfter, canGoOn } from '../inserting.js';
import { iconMarkup } from '../icons.js';
import { newStep } from '../steps-factory.js';
import { t } from '../texts.js';

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export function showPalette(session) {
  const create = session.get('create');
  const provider = {
    getPaletteEntries: () => {
      const entries = {};
      for (const type of session.registry.step_types) {
        if (type.group === 'border') continue; // belongs to a step
        const start = (event) => create.start(event, newStep(session, type));
        entries[`step-${type.id}`] = {
          group: type.group,
          title: `${type.label}: ${type.hint}`,
          html: `<button type="button" class="entry step-entry" draggable="true">${iconMarkup(type.icon)}<span>${escaped(type.label)}</span></button>`,
          action: { dragstart: start, click: (event) => (isByKeyboard(event) ? put(type) : start(event)) },
        };
      }
      for (const [id, title, name, tool] of TOOLS) {
        entries[id] = {
          group: 'tools',
          title: t(title),
          html: `<button type="button" class="entry tool-entry" aria-label="${t(title)}">${iconMarkup(name)}</button>`,
          action: { click: (event) => tool(session, event) },
        };
      }
      return entries;
    },
  };
  session.get('palette').registerProvider(provider);

  function put(type) {
    const after = session.selected;
    if (after && canGoOn(after)) session.select(addAfter(session, after, type).id);
  }
}

const TOOLS = [
  ['tool-lasso', 'Select several', 'mouse-pointer', (session, event) => session.get('lassoTool').activateSelection(event)],
  ['tool-space', 'Make room', 'expand', (session, event) => session.get('spaceTool').activateSelection(event)],
  ['tool-hand', 'Move the sheet', 'hand', (session, event) => session.get('handTool').activateHand(event)],
];

/** A click without a pointer comes from Enter or Space. */
function isByKeyboard(event) {
  const original = event.originalEvent ?? event;
  return original.detail === 0 && !original.clientX && !original.clientY;
}
