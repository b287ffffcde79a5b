// Nothing is selected: the process itself, and what its lanes stand for.
import { addWord, removeWord, setWord, updateWord, word, words } from '../flow-words.js';
import { t } from '../texts.js';
import { button, check, h, section, select, text } from './dom.js';

const TYPES = [['text', 'Text'], ['integer', 'Whole number'], ['decimal', 'Number'], ['boolean', 'Yes or no'], ['date', 'Date'], ['datetime', 'Date and time']];

export function processPart(session, element, bo) {
  return section(t('Process'),
    text({ key: 'documentation', label: t('What it is for'), rows: 5, value: documentation(bo), write: (given) => setDocumentation(session, element, bo, given) }),
    h('details', { class: 'more', 'data-details': 'variables' }, h('summary', {}, t('Data it starts with')),
      words(bo, 'variable').map((one, at) => variableRow(session, element, bo, one, at)),
      button(t('Add data'), () => addVariable(session, element, bo), { name: 'plus', kind: 'btn-ghost', key: 'add-variable' })));
}

function addVariable(session, element, bo) {
  const taken = new Set(words(bo, 'variable').map((one) => one.name));
  let number = 1;
  while (taken.has(`data_${number}`)) number += 1;
  addWord(session, element, 'variable', { name: `data_${number}`, type: 'text' }, bo);
}

function variableRow(session, element, bo, one, at) {
  const key = `variable-${at}`;
  const write = (values) => updateWord(session, element, one, values);
  return h('details', { class: 'row-card', 'data-details': `${key}-details` },
    h('summary', {}, h('span', {}, one.name ?? ''), h('code', {}, one.type ?? 'text')),
    h('div', { class: 'fields' },
      text({ key: `${key}-name`, label: t('Name in conditions'), value: one.name ?? '', kind: 'mono', write: (name) => write({ name }) }),
      select({ key: `${key}-type`, label: t('Type'), value: one.type ?? 'text', options: TYPES.map(([value, label]) => ({ value, label: t(label) })), write: (type) => write({ type }) }),
      text({ key: `${key}-default`, label: t('If nothing is given'), value: one.default ?? '', write: (given) => write({ default: given }) })),
    check({ key: `${key}-required`, label: t('Must be given'), value: one.required === 'true', write: (isOn) => write({ required: isOn ? 'true' : '' }) }),
    button(t('Remove'), () => removeWord(session, element, one, bo), { name: 'trash-2', kind: 'btn-ghost' }));
}

export function lanePart(session, element, bo) {
  return section(t('Role'), select({
    key: 'lane-role', label: t('Its steps are done by'), value: word(bo, 'assign')?.role ?? '',
    options: [{ value: '', label: t('Whom the name of the lane says') }, ...session.registry.roles.map((one) => ({ value: one.code, label: one.label }))],
    write: (role) => setWord(session, element, 'assign', role ? { role } : null),
  }));
}

export const documentation = (bo) => (bo.documentation ?? []).map((one) => one.text ?? '').join('\n');

export function setDocumentation(session, element, bo, given) {
  const made = given ? [session.get('bpmnFactory').create('bpmn:Documentation', { text: given })] : [];
  for (const one of made) one.$parent = bo;
  session.get('modeling').updateModdleProperties(element, bo, { documentation: made });
}
