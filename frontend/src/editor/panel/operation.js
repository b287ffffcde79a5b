// An automatic step: which operation, and what it is given. Each parameter is a fixed value, a name or an expression.
import { isLiteral, isPath, isText, literalOf, unquoted } from '../conditions.js';
import { setInner, setWord, word } from '../flow-words.js';
import { t } from '../texts.js';
import { nameOptions } from './condition.js';
import { h, hint, section, select, text } from './dom.js';

export function operationPart(session, element, bo) {
  const one = word(bo, 'operation');
  const all = session.registry.operations;
  const allowed = all.filter((each) => each.allowed);
  const known = all.find((each) => each.name === one?.name);
  const option = (each) => ({ value: each.name, label: each.label });
  const rows = [select({
    key: 'operation', label: t('What the system does'), value: one?.name ?? '',
    options: [{ value: '', label: t('Choose …') }, ...allowed.map(option), ...(allowed.length < all.length ? [{ group: t('Not allowed in this process'), options: all.filter((each) => !each.allowed).map((each) => ({ ...option(each), disabled: each.name !== one?.name })) }] : [])],
    write: (name) => session.batch(() => {
      setWord(session, element, 'operation', null);
      if (name) setWord(session, element, 'operation', { name });
    }),
  })];
  if (!one) return section(t('Operation'), ...rows);
  if (known && !known.allowed) rows.push(hint(t('An administrator has not allowed this operation in this process.')));
  if (known?.effect === 'outside') rows.push(hint(t('It works outside this program: the step waits for the answer.')));
  for (const parameter of known?.parameters ?? []) rows.push(parameterPart(session, element, one, known, parameter));
  for (const extra of (one.params ?? []).filter((each) => !known?.parameters.some((other) => other.name === each.name))) {
    rows.push(text({ key: `param-${extra.name}`, label: extra.name, value: extra.value ?? '', kind: 'mono', write: (given) => setParam(session, element, one, extra.name, given) }));
  }
  if (!known || known.result.length) {
    rows.push(text({ key: 'result', label: t('Its answer is kept as'), value: one.result ?? '', kind: 'mono', help: known ? t('Conditions read {names}', { names: known.result.map((each) => `${one.result || t('name')}.${each.name}`).join(', ') }) : '', write: (given) => setWord(session, element, 'operation', { result: given }) }));
  }
  return section(t('Operation'), ...rows);
}

function parameterPart(session, element, one, known, parameter) {
  const value = (one.params ?? []).find((each) => each.name === parameter.name)?.value ?? '';
  const label = parameter.required ? `${parameter.name} *` : parameter.name;
  const write = (given) => setParam(session, element, one, parameter.name, given);
  if (known.target === parameter.name && known.targets.length) {
    return select({ key: `param-${parameter.name}`, label, value: isText(value) ? unquoted(value) : value, options: [{ value: '', label: t('Choose …') }, ...known.targets.map((each) => ({ value: each.code, label: each.label }))], write: (given) => write(given ? literalOf(given, 'text') : '') });
  }
  return valueField(session, element, { key: `param-${parameter.name}`, label, value, type: parameter.type, choices: parameter.choices, write });
}

/** A value as an expression: fixed, of a name, or free. */
export function valueField(session, element, { key, label, value, type, choices = [], write }) {
  const names = nameOptions(session, element.id, (one) => fits(one.type, type));
  const kind = session.panelState?.[key] ?? kindOf(value, names);
  const kinds = [{ value: 'fixed', label: t('Fixed value') }, ...(names.length ? [{ value: 'name', label: t('Of the case') }] : []), { value: 'free', label: t('Expression') }];
  const pick = select({ key: `${key}-kind`, label: `${label}: ${t('Kind')}`, tight: true, value: kind, options: kinds, write: (given) => session.redrawPanel({ [key]: given }) });
  return h('div', { class: 'field' }, h('div', { class: 'form-label' }, label), h('div', { class: 'pair wide-second' }, pick, control(kind, { key, label, value, type, choices, names, write })));
}

function control(kind, { key, label, value, type, choices, names, write }) {
  const common = { key, label, tight: true };
  if (kind === 'name') return select({ ...common, value, options: [{ value: '', label: t('Choose …') }, ...names], write });
  if (kind === 'free') return text({ ...common, value, kind: 'mono', write });
  const plain = isText(value) ? unquoted(value) : isLiteral(value) ? value : '';
  const fixed = (given) => write(given === '' ? '' : literalOf(given, type));
  if (choices.length) return select({ ...common, value: plain, options: [{ value: '', label: '—' }, ...choices.map((one) => ({ value: one, label: one }))], write: fixed });
  if (type === 'boolean') return select({ ...common, value: plain, options: [{ value: '', label: '—' }, { value: 'true', label: t('yes') }, { value: 'false', label: t('no') }], write: fixed });
  return text({ ...common, value: plain, type: ['integer', 'decimal'].includes(type) ? 'number' : 'text', write: fixed });
}

function kindOf(value, names) {
  if (!value || isLiteral(value)) return 'fixed';
  return isPath(value) && names.some((one) => one.options.some((each) => each.value === value)) ? 'name' : 'free';
}

function fits(of, wanted) {
  if (!wanted || of === wanted) return true;
  const alike = [['text', 'choice'], ['integer', 'decimal'], ['date', 'datetime']];
  return alike.some((pair) => pair.includes(of) && pair.includes(wanted));
}

function setParam(session, element, one, name, value) {
  const others = (one.params ?? []).filter((each) => each.name !== name);
  const old = (one.params ?? []).findIndex((each) => each.name === name);
  if (value === '') {
    setInner(session, element, one, 'params', others);
    return;
  }
  others.splice(old < 0 ? others.length : old, 0, { name, value });
  setInner(session, element, one, 'params', others);
}
