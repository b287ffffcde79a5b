// When a flow is taken: conditions as rows of name, operator and value; or the default; or a free expression.
import { isAny } from 'bpmn-js/lib/util/ModelUtil';

import { operatorsOf, parseCondition, writeCondition } from '../conditions.js';
import { nameOf } from '../names.js';
import { t } from '../texts.js';
import { button, check, choice, h, hint, removeButton, section, select, text } from './dom.js';

const WORDS = { '==': 'is', '!=': 'is not', '>': 'is more than', '>=': 'is at least', '<': 'is less than', '<=': 'is at most' };
const GROUPS = { subject: 'What it is about', step: 'What was decided', answer: 'What the system found', field: 'What was entered', variable: 'Other data' };

export const hasConditions = (bo) => isAny(bo, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway']);

export function conditionPart(session, element, bo) {
  const source = bo.sourceRef;
  if (!hasConditions(source)) return null;
  const isDefault = source.default === bo;
  const rows = [check({
    key: 'default', label: t('The way if nothing else holds'), value: isDefault,
    write: (isOn) => session.get('modeling').updateProperties(session.element(source.id), { default: isOn ? bo : undefined }),
  })];
  if (!isDefault) rows.push(conditionRows(session, element, bo));
  return section(t('Condition'), ...rows);
}

/** A gateway: its ways, each with its condition. */
export function waysPart(session, element, bo) {
  if (!hasConditions(bo) || !(bo.outgoing ?? []).length) return null;
  return section(t('Ways'), h('ul', { class: 'ways' }, bo.outgoing.map((flow) => h('li', {},
    button(`${nameOf({ businessObject: flow }) === flow.id ? '' : nameOf({ businessObject: flow })} → ${nameOf({ businessObject: flow.targetRef })}`, () => session.select(flow.id), { kind: 'btn-ghost', key: `way-${flow.id}` }),
    h('span', { class: 'form-text' }, bo.default === flow ? t('if nothing else holds') : conditionWords(session, flow))))));
}

/** A condition as people say it: “amount is at least 100000”. */
export function conditionWords(session, flow) {
  const body = flow.conditionExpression?.body ?? '';
  const parsed = parseCondition(body);
  if (!parsed) return body;
  if (!parsed.rows.length) return t('no condition yet');
  const names = session.namesAt?.(flow.id) ?? [];
  const said = parsed.rows.map((row) => {
    const known = names.find((one) => one.path === row.path);
    if (known?.type === 'boolean') return row.value === 'false' ? t('not: {name}', { name: known.label }) : known.label;
    return [known?.label ?? row.path, t(WORDS[row.operator]), known?.labels?.[row.value] ?? figure(row.value)].join(' ');
  });
  return said.join(` ${t(parsed.join)} `);
}

/** A number as people write it: 100,000. */
export function figure(value) {
  return /^-?\d+$/.test(value) ? Number(value).toLocaleString('en') : value;
}

export function writeExpression(session, element, bo, body) {
  const made = body ? session.get('bpmnFactory').create('bpmn:FormalExpression', { body }) : undefined;
  session.get('modeling').updateProperties(element, { conditionExpression: made });
}

/** The names to choose from, in groups. */
export function nameOptions(session, id, wanted = () => true) {
  const names = (session.namesAt?.(id) ?? []).filter(wanted);
  return Object.entries(GROUPS)
    .map(([group, label]) => ({ group: t(label), options: names.filter((one) => one.group === group).map((one) => ({ value: one.path, label: one.label })) }))
    .filter((one) => one.options.length);
}

/** Its rows, to be changed; `isPlain`: where no expression is offered. `prefix` keeps the fields of several apart. */
export function conditionRows(session, element, bo, { prefix = '', isPlain = false } = {}) {
  const body = bo.conditionExpression?.body ?? '';
  const parsed = parseCondition(body);
  if (!parsed || session.panelState?.free) return free(session, element, bo, body, Boolean(parsed));
  const names = session.namesAt?.(element.id) ?? [];
  const typeOf = (path) => names.find((one) => one.path === path)?.type;
  const write = (rows, join = parsed.join) => writeExpression(session, element, bo, writeCondition({ join, rows }, typeOf));
  const rows = parsed.rows.length ? parsed.rows : [{ path: '', operator: '==', value: '' }];
  const nodes = rows.map((row, at) => conditionRow(session, row, at, names, {
    id: element.id,
    prefix,
    write: (changed) => write(rows.map((one, other) => (other === at ? { ...row, ...changed } : one))),
    remove: () => write(rows.filter((_one, other) => other !== at)),
  }));
  return h('div', {},
    rows.length > 1 ? choice({ key: `${prefix}join`, legend: t('Taken if'), value: parsed.join, options: [{ value: 'and', label: t('all hold') }, { value: 'or', label: t('one holds') }], write: (join) => write(rows, join) }) : null,
    ...nodes,
    h('div', { class: 'deeds' },
      parsed.rows.length ? button(t('One more condition'), () => write([...rows, firstRow(names)]), { name: 'plus', kind: 'btn-ghost', key: `${prefix}more-conditions` }) : null,
      isPlain ? null : button(t('As an expression'), () => session.redrawPanel({ free: true }), { kind: 'btn-ghost' })));
}

/** A comparison: name, operator, value. Without `remove` there is always exactly one. */
export function conditionRow(session, row, at, names, { id, prefix = '', write, remove }) {
  const known = names.find((one) => one.path === row.path);
  const type = known?.type;
  return h('div', { class: remove ? 'condition' : 'condition alone' },
    select({ key: `${prefix}name-${at}`, label: t('Name'), tight: true, value: row.path, options: [...(row.path ? [] : [{ value: '', label: t('Choose …') }]), ...nameOptions(session, id, (one) => !one.type.startsWith('list') && one.type !== 'record')], write: (path) => write(startOf(names, path)) }),
    type === 'boolean' ? null : select({ key: `${prefix}operator-${at}`, label: t('Comparison'), tight: true, value: row.operator, options: operatorsOf(type).map((one) => ({ value: one, label: t(WORDS[one]) })), write: (operator) => write({ operator }) }),
    valuePart(row, `${prefix}value-${at}`, known, write),
    remove ? removeButton(t('Remove this condition'), remove, `${prefix}remove-${at}`) : null);
}

// Parts ------------------------------------------------------------------------------------------

function firstRow(names) {
  const [one] = names;
  return { path: one?.path ?? 'starter', operator: '==', value: one?.type === 'boolean' ? 'true' : one?.choices[0] ?? '' };
}

function startOf(names, path) {
  const known = names.find((one) => one.path === path);
  return { path, operator: '==', value: known?.type === 'boolean' ? 'true' : known?.choices[0] ?? '', isBare: undefined, literal: undefined };
}

function valuePart(row, key, known, write) {
  const common = { key, label: t('Value'), tight: true, value: row.value, write: (value) => write({ value }) };
  if (known?.type === 'boolean') return select({ ...common, options: [{ value: 'true', label: t('yes') }, { value: 'false', label: t('no') }] });
  if (known?.choices.length) return select({ ...common, options: [...known.choices.map((one) => ({ value: one, label: known.labels[one] ?? one })), { value: 'null', label: t('nothing') }] });
  if (['integer', 'decimal'].includes(known?.type)) return text({ ...common, type: 'number' });
  if (known?.type === 'date') return text({ ...common, placeholder: '2026-12-20' });
  return text(common);
}

function free(session, element, bo, body, canBeRows) {
  return h('div', {},
    text({ key: 'expression', label: t('Expression'), value: body, rows: 3, kind: 'mono', help: t('Such as subject.amount >= 100000'), write: (given) => writeExpression(session, element, bo, given) }),
    canBeRows ? button(t('As rows'), () => session.redrawPanel({ free: false }), { kind: 'btn-ghost' }) : hint(t('This expression says more than rows can; change it here.')));
}
