// Beside a selected element: add the next step, connect, delete. Adding opens a menu that can be searched.
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';

import { addAfter, canGoOn, insertInto } from '../inserting.js';
import { iconMarkup } from '../icons.js';
import { t } from '../texts.js';

const MENU = 'next-step';
const GROUPS = { steps: 'Steps', flow: 'Ways', border: 'Beside this step' };

export function showNextStep(session) {
  const contextPad = session.get('contextPad');
  const popupMenu = session.get('popupMenu');

  popupMenu.registerProvider(MENU, {
    getPopupMenuEntries: (element) => {
      const entries = {};
      for (const type of session.registry.step_types) {
        if (is(element, 'bpmn:SequenceFlow') && type.id === 'end') continue;
        if (type.group === 'border' && !is(element, 'bpmn:Activity')) continue;
        entries[`next-${type.id}`] = {
          label: type.label,
          description: type.hint,
          search: type.also,
          imageHtml: iconMarkup(type.icon),
          group: { id: type.group, name: t(GROUPS[type.group]) },
          action: () => {
            const made = is(element, 'bpmn:SequenceFlow') ? insertInto(session, element, type) : addAfter(session, element, type);
            session.select(made.id);
          },
        };
      }
      return entries;
    },
  });

  /** Open the menu beside an element, or where the pointer is. */
  session.offerNext = (element, at) => {
    const box = at ?? session.get('canvas').getGraphics(element).getBoundingClientRect();
    const place = at ? { x: at.x, y: at.y } : { x: box.right + 8, y: box.top };
    popupMenu.open(element, MENU, { ...place, cursor: place }, { title: t('Add the next step'), width: 300, search: true });
  };

  contextPad.registerProvider({
    getContextPadEntries: (element) => {
      const entries = {};
      const target = element.labelTarget ?? element;
      if (canGoOn(target) || is(target, 'bpmn:SequenceFlow')) {
        entries.add = entry('model', t('Add the next step'), 'plus', 'pad-add', (event) => session.offerNext(target, { x: event.clientX, y: event.clientY }));
      }
      if (canGoOn(target)) {
        const start = (event) => session.get('connect').start(event, target);
        entries.connect = { ...entry('connect', t('Connect'), 'arrow-up-right', '', start), action: { click: start, dragstart: start } };
      }
      if (isAny(target, ['bpmn:Lane', 'bpmn:Participant'])) {
        entries.lane = entry('model', t('One more lane below'), 'list', '', () => {
          const made = session.get('modeling').addLane(target, 'bottom');
          session.select(made.id);
        });
      }
      if (session.get('rules').allowed('elements.delete', { elements: [target] }) !== false) {
        entries.delete = entry('edit', t('Delete'), 'trash-2', '', () => session.get('modeling').removeElements([target]));
      }
      return entries;
    },
    getMultiElementContextPadEntries: (elements) => ({
      delete: entry('edit', t('Delete'), 'trash-2', '', () => session.get('modeling').removeElements([...elements])),
    }),
  });
}

function entry(group, title, name, kind, act) {
  return {
    group,
    title,
    html: `<div class="entry ${kind}">${iconMarkup(name, 17)}</div>`,
    action: { click: (event) => act(event.originalEvent ?? event) },
  };
}
