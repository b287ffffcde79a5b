// What is filled in at a step: a form of the program, or fields of its own.
import { labelOf, makeWord, setInner, setLabel, setWord, updateWord, word } from '../flow-words.js';
import { language, t } from '../texts.js';
import { button, check, h, section, select, text } from './dom.js';

const TYPES = [['text', 'Text'], ['integer', 'Whole number'], ['decimal', 'Number'], ['boolean', 'Yes or no'], ['date', 'Date'], ['datetime', 'Date and time'], ['choice', 'Choice']];

export function formPart(session, element, bo) {
  const work = word(bo, 'workForm');
  const form = word(bo, 'form');
  const canWork = bo.$type === 'bpmn:UserTask';
  const kind = work ? 'work' : form ? 'own' : 'none';
  const kinds = [['none', 'Nothing'], ...(canWork ? [['work', 'A form of the program']] : []), ['own', 'Fields of its own']];
  const rows = [select({ key: 'form', label: t('To fill in'), value: kind, options: kinds.map(([value, label]) => ({ value, label: t(label) })), write: (given) => setKind(session, element, given) })];
  if (work) rows.push(select({ key: 'work-form', label: t('Form'), value: work.name ?? '', options: session.registry.work_forms.map((one) => ({ value: one.name, label: one.label })), write: (name) => setWord(session, element, 'workForm', { name }) }));
  if (form) {
    rows.push(...(form.fields ?? []).map((field, at) => fieldRow(session, element, form, field, at)));
    rows.push(button(t('Add a field'), () => addField(session, element, form), { name: 'plus', kind: 'btn-ghost', key: 'add-field' }));
  }
  return section(t('Form'), ...rows);
}

function setKind(session, element, kind) {
  session.batch(() => {
    if (kind !== 'work') setWord(session, element, 'workForm', null);
    if (kind !== 'own') setWord(session, element, 'form', null);
    if (kind === 'work') setWord(session, element, 'workForm', { name: session.registry.work_forms[0]?.name ?? '' });
    if (kind === 'own') setWord(session, element, 'form', { fields: [{ id: 'field_1', type: 'text', labels: { zh: '字段 1', en: 'Field 1' } }] });
  });
}

function addField(session, element, form) {
  const taken = new Set((form.fields ?? []).map((one) => one.id));
  let number = 1;
  while (taken.has(`field_${number}`)) number += 1;
  setInner(session, element, form, 'fields', [...(form.fields ?? []), { id: `field_${number}`, type: 'text', labels: { zh: `字段 ${number}`, en: `Field ${number}` } }]);
}

function fieldRow(session, element, form, field, at) {
  const key = `field-${at}`;
  const write = (values) => updateWord(session, element, field, values);
  return h('details', { class: 'row-card', 'data-details': `${key}-details` },
    h('summary', {}, h('span', {}, labelOf(field, language) || field.id), h('code', {}, field.id)),
    h('div', { class: 'fields' },
      text({ key: `${key}-zh`, label: t('Chinese'), value: labelOf(field, 'zh'), write: (given) => setLabel(session, element, field, 'zh', given) }),
      text({ key: `${key}-en`, label: t('English'), value: labelOf(field, 'en'), write: (given) => setLabel(session, element, field, 'en', given) }),
      select({ key: `${key}-type`, label: t('Type'), value: field.type ?? 'text', options: TYPES.map(([value, label]) => ({ value, label: t(label) })), write: (type) => setType(session, element, field, type) }),
      text({ key: `${key}-id`, label: t('Name in conditions'), value: field.id ?? '', kind: 'mono', write: (id) => write({ id }) })),
    field.type === 'choice' ? text({ key: `${key}-choices`, label: t('Choices, one on each line'), rows: 3, value: (field.choices ?? []).map((one) => one.value).join('\n'), write: (given) => setChoices(session, element, field, given) }) : null,
    check({ key: `${key}-required`, label: t('Must be filled in'), value: field.required === 'true', write: (isOn) => write({ required: isOn ? 'true' : '' }) }),
    button(t('Remove this field'), () => setInner(session, element, form, 'fields', form.fields.filter((one) => one !== field)), { name: 'trash-2', kind: 'btn-ghost' }));
}

function setType(session, element, field, type) {
  session.batch(() => {
    updateWord(session, element, field, { type });
    if (type === 'choice' && !(field.choices ?? []).length) setChoices(session, element, field, 'a\nb');
    if (type !== 'choice' && (field.choices ?? []).length) setInner(session, element, field, 'choices', []);
  });
}

function setChoices(session, element, field, lines) {
  const values = [...new Set(lines.split('\n').map((one) => one.trim()).filter(Boolean))];
  const old = field.choices ?? [];
  setInner(session, element, field, 'choices', values.map((value) => old.find((one) => one.value === value) ?? makeWord(session.modeler, 'choice', { value, labels: { zh: value, en: value } })));
}
