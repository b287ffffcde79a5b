// The name of an element in both languages: BPMN's own name is the Chinese one, flow:label holds the others.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

import { addWord, isOf, removeWord, updateWord, words } from './flow-words.js';
import { language } from './texts.js';

/** What is written in one language, '' for nothing. */
export function nameIn(thing, of) {
  const bo = getBusinessObject(thing);
  const label = words(bo, 'label').find((one) => isOf(one, of));
  return of === 'zh' ? bo.name || label?.text || '' : label?.text ?? '';
}

/** The name as the reader knows it, else in the other language, else the id. */
export function nameOf(thing) {
  const other = language === 'zh' ? 'en' : 'zh';
  return nameIn(thing, language) || nameIn(thing, other) || getBusinessObject(thing).id || '';
}

/** Write the name in one language. `holder` is the process where the element is a pool or the sheet. */
export function setName(session, element, of, text, holder = getBusinessObject(element)) {
  if (of === 'zh') {
    const isOwn = holder === element.businessObject && element.parent;
    if (isOwn) session.get('modeling').updateLabel(element, text);
    else session.get('modeling').updateModdleProperties(element, holder, { name: text || undefined });
    return;
  }
  const label = words(holder, 'label').find((one) => isOf(one, of));
  if (label && text) updateWord(session, element, label, { text });
  else if (label) removeWord(session, element, label, holder);
  else if (text) addWord(session, element, 'label', { lang: of, text }, holder);
}
