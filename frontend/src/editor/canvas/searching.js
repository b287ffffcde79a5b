// The search of the canvas: elements are found by their names in both languages and by their ids, and are shown with
// the name that the reader knows.
import BpmnSearchProvider from 'bpmn-js/lib/features/search/BpmnSearchProvider';
import { getLabel, isLabel } from 'bpmn-js/lib/util/LabelUtil';

import { nameIn } from '../names.js';
import { language } from '../texts.js';

class Searching extends BpmnSearchProvider {
  /** What the pad shows: the reader's name, below it the name in the other language and the id. */
  find(pattern) {
    const sheets = this._canvas.getRootElements();
    const elements = this._elementRegistry.filter((one) => !isLabel(one) && !sheets.includes(one));
    const items = elements.map((element) => ({ element, ...namesOf(element), id: element.id }));
    return this._search(items, pattern, { keys: ['label', 'other', 'id'] }).map(({ item, tokens }) => ({
      element: item.element,
      primaryTokens: tokens.label,
      secondaryTokens: [...tokens.other, ...(item.other ? [{ value: ' · ' }] : []), ...tokens.id],
    }));
  }
}
Searching.$inject = BpmnSearchProvider.$inject;

function namesOf(element) {
  const { businessObject: bo } = element;
  const holder = bo.$type === 'bpmn:Participant' ? bo.processRef ?? bo : bo;
  const names = { zh: getLabel(element) || nameIn(holder, 'zh'), en: nameIn(holder, 'en') };
  const [label, other] = language === 'zh' ? [names.zh, names.en] : [names.en, names.zh];
  return label ? { label, other } : { label: other, other: '' };
}

export default { bpmnSearch: ['type', Searching] };
