// Nothing is selected: the process itself, and what its lanes stand for.
import { setWord, word } from '../flow-words.js';
import { t } from '../texts.js';
import { h, section, select, text } from './dom.js';

export function processPart(session, element, bo) {
  const variables = (bo.extensionElements?.values ?? []).filter((one) => one.$type === 'flow:Variable');
  return section(t('Process'),
    text({ key: 'documentation', label: t('What it is for'), rows: 5, value: documentation(bo), write: (given) => setDocumentation(session, element, bo, given) }),
    variables.length ? h('div', { class: 'field' }, h('div', { class: 'form-label' }, t('Data it starts with')), h('ul', { class: 'plain' }, variables.map((one) => h('li', {}, h('code', {}, one.name), ` ${one.type ?? 'text'}`)))) : null);
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
