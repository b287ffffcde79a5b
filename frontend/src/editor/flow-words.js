// Reading and writing the flow: words of an element (docs/bpmn-support.md), through modeling, so that undo works.
//
// `holder` is the moddle object that carries the words: the element's own business object unless given. A word
// is a moddle object such as {$type: 'flow:Due', in: 'P2D'}; what others have written into it stays in it.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

const typeOf = (name) => `flow:${name[0].toUpperCase()}${name.slice(1)}`;
// What stands in a word besides its attributes, by the name it has in plain data.
const INNER = { params: 'param', fields: 'field', choices: 'choice' };

/** All words of this name, in the order of the file. */
export function words(holder, name) {
  const values = holder.extensionElements?.values ?? [];
  return values.filter((one) => one.$type === typeOf(name));
}

export function word(holder, name) {
  return words(holder, name)[0];
}

/** A new word from plain data: attributes, labels: {zh, en}, and params, fields, choices as lists. */
export function makeWord(modeler, name, plain = {}) {
  const { labels, ...rest } = plain;
  const made = modeler.get('bpmnFactory').create(typeOf(name));
  for (const [key, value] of Object.entries(rest)) {
    if (INNER[key]) made.set(key, value.map((one) => adopt(made, makeWord(modeler, INNER[key], one))));
    else if (value !== undefined && value !== null && value !== '') made.set(key, String(value));
  }
  const told = Object.entries(labels ?? {}).filter(([, text]) => text);
  if (told.length) made.set('labels', told.map(([language, text]) => adopt(made, makeLabel(modeler, language, text))));
  return made;
}

export function makeLabel(modeler, language, text) {
  return modeler.get('bpmnFactory').create('flow:Label', { lang: language === 'zh' ? 'zh-hans' : language, text });
}

/** Write attributes of the only word of this name; it is made if it is missing, and taken away by null. */
export function setWord(session, element, name, values, holder = getBusinessObject(element)) {
  const old = word(holder, name);
  if (values === null) {
    if (old) removeWord(session, element, old, holder);
  } else if (old) {
    updateWord(session, element, old, values);
  } else {
    addWord(session, element, name, values, holder);
  }
}

export function addWord(session, element, name, plain, holder = getBusinessObject(element)) {
  const made = makeWord(session.modeler, name, plain);
  putValues(session, element, holder, [...(holder.extensionElements?.values ?? []), made]);
  return made;
}

/** Write attributes; an empty one is taken away. */
export function updateWord(session, element, one, values) {
  const written = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value === '' || value === null ? undefined : value]),
  );
  session.get('modeling').updateModdleProperties(element, one, written);
}

export function removeWord(session, element, one, holder = getBusinessObject(element)) {
  putValues(session, element, holder, holder.extensionElements.values.filter((other) => other !== one));
}

/** The words inside a word, such as the params of an operation: a new list of plain data or of words. */
export function setInner(session, element, one, key, list) {
  const made = list.map((each) => adopt(one, each.$type ? each : makeWord(session.modeler, INNER[key], each)));
  session.get('modeling').updateModdleProperties(element, one, { [key]: made });
}

/** The text of a word's own label in 'zh' or 'en'. */
export function labelOf(one, language) {
  return (one.labels ?? []).find((label) => isOf(label, language))?.text ?? '';
}

export function setLabel(session, element, one, language, text) {
  const others = (one.labels ?? []).filter((label) => !isOf(label, language));
  const mine = text ? [adopt(one, makeLabel(session.modeler, language, text))] : [];
  const labels = language === 'zh' ? [...mine, ...others] : [...others, ...mine];
  session.get('modeling').updateModdleProperties(element, one, { labels });
}

/** A label without a language is Chinese. */
export function isOf(label, language) {
  const written = (label.lang || 'zh-hans').toLowerCase();
  return language === 'zh' ? written.startsWith('zh') : written === language;
}

// Parts ------------------------------------------------------------------------------------------

function adopt(parent, child) {
  child.$parent = parent;
  return child;
}

function putValues(session, element, holder, values) {
  const modeling = session.get('modeling');
  if (holder.extensionElements) {
    for (const one of values) adopt(holder.extensionElements, one);
    const left = values.length ? values : undefined;
    if (left) modeling.updateModdleProperties(element, holder.extensionElements, { values });
    else modeling.updateModdleProperties(element, holder, { extensionElements: undefined });
    return;
  }
  const made = adopt(holder, session.get('bpmnFactory').create('bpmn:ExtensionElements', { values }));
  for (const one of values) adopt(made, one);
  modeling.updateModdleProperties(element, holder, { extensionElements: made });
}
