// Called processes, decision tables and messages.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { addWord, removeWord, setWord, updateWord, word, words } from '../flow-words.js';
import { t } from '../texts.js';
import { h, hint, removeButton, section, select, text, button } from './dom.js';
import { valueField } from './operation.js';
import { boundaryPart } from './timer.js';

export function calledPart(session, element, bo) {
  const known = session.registry.processes.find((one) => one.key === bo.calledElement);
  const options = session.registry.processes.map((one) => ({ value: one.key, label: one.label }));
  const rows = [select({ key: 'called', label: t('Which process'), value: bo.calledElement ?? '', options: [{ value: '', label: t('Choose …') }, ...options], write: (given) => session.get('modeling').updateProperties(element, { calledElement: given || undefined }) })];
  for (const taken of known?.takes ?? []) {
    const one = words(bo, 'in').find((each) => each.name === taken.name);
    rows.push(valueField(session, element, {
      key: `in-${taken.name}`, label: taken.required ? `${taken.label} *` : taken.label, value: one?.value ?? '',
      write: (given) => {
        if (one && given) updateWord(session, element, one, { value: given });
        else if (one) removeWord(session, element, one);
        else if (given) addWord(session, element, 'in', { name: taken.name, value: given });
      },
    }));
  }
  const given = words(bo, 'in').filter((one) => !known?.takes.some((each) => each.name === one.name));
  rows.push(...given.map((one) => pairRow(session, element, one, t('Given as'))));
  rows.push(...words(bo, 'out').map((one) => pairRow(session, element, one, t('Comes back as'))));
  rows.push(button(t('Take something back'), () => addWord(session, element, 'out', { name: 'result', value: 'null' }), { name: 'plus', kind: 'btn-ghost', key: 'add-out' }));
  return section(t('Called process'), ...rows);
}

function pairRow(session, element, one, label) {
  return h('div', { class: 'condition' },
    text({ key: `${one.$type}-${one.name}-name`, label, tight: true, value: one.name ?? '', kind: 'mono', placeholder: label, write: (given) => updateWord(session, element, one, { name: given }) }),
    text({ key: `${one.$type}-${one.name}-value`, label: t('Expression'), tight: true, value: one.value ?? '', kind: 'mono', write: (given) => updateWord(session, element, one, { value: given }) }),
    removeButton(t('Remove'), () => removeWord(session, element, one)));
}

export function decisionPart(session, element, bo) {
  const one = word(bo, 'decision');
  const tables = Object.keys(session.page.decisions);
  const write = (values) => setWord(session, element, 'decision', values);
  return section(t('Decision table'),
    select({ key: 'decision', label: t('Which table'), value: one?.ref ?? '', options: [{ value: '', label: t('Choose …') }, ...tables.map((name) => ({ value: name, label: name }))], write: (ref) => write(ref ? { ref } : null) }),
    tables.length ? null : hint(t('This process has no decision tables yet.')),
    one ? text({ key: 'decision-result', label: t('Its answer is kept as'), value: one.result ?? '', kind: 'mono', write: (result) => write({ result }) }) : null);
}

/** The message of an event or of a send or receive task. */
export function messagePart(session, element, bo) {
  const event = (bo.eventDefinitions ?? []).find((one) => is(one, 'bpmn:MessageEventDefinition'));
  const holder = event ?? (['bpmn:ReceiveTask', 'bpmn:SendTask'].includes(bo.$type) ? bo : null);
  if (!holder) return null;
  const catches = !['bpmn:IntermediateThrowEvent', 'bpmn:EndEvent', 'bpmn:SendTask'].includes(bo.$type);
  const own = session.modeler.getDefinitions().rootElements.filter((one) => is(one, 'bpmn:Message') && one.name);
  const told = catches ? session.registry.messages.filter((one) => one.kind === 'message') : [];
  const others = own.filter((one) => !told.some((each) => each.name === one.name));
  return section(t('Message'),
    select({
      key: 'message', label: catches ? t('Waits for') : t('Sends'), value: holder.messageRef?.name ?? '',
      options: [{ value: '', label: t('Choose …') }, { group: t('Told by the program'), options: told.map((one) => ({ value: one.name, label: one.label })) }, { group: t('Of this diagram'), options: others.map((one) => ({ value: one.name, label: one.name })) }].filter((one) => !one.options || one.options.length),
      write: (name) => refer(session, element, holder, name),
    }),
    text({ key: 'message-new', label: t('Or a new name'), value: '', kind: 'mono', write: (name) => name && refer(session, element, holder, name) }),
    text({ key: 'correlate', label: t('Found by the value of'), value: word(bo, 'correlate')?.value ?? '', kind: 'mono', help: t('Such as order_number; empty: by the row the case is about'), write: (value) => setWord(session, element, 'correlate', value ? { value } : null) }),
    boundaryPart(session, element, bo));
}

function refer(session, element, holder, name) {
  const definitions = session.modeler.getDefinitions();
  let message = definitions.rootElements.find((one) => is(one, 'bpmn:Message') && one.name === name);
  if (!name) message = undefined;
  else if (!message) {
    message = session.get('bpmnFactory').create('bpmn:Message', { name });
    message.$parent = definitions;
  }
  session.batch(() => {
    if (message && !definitions.rootElements.includes(message)) {
      session.get('modeling').updateModdleProperties(element, definitions, { rootElements: [...definitions.rootElements, message] });
    }
    session.get('modeling').updateModdleProperties(element, holder, { messageRef: message });
  });
}
