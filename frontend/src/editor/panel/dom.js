// Small pieces of the panel: nodes, fields, sections. A field is written when it is left or chosen; `key` is what
// the focus returns to after the panel is drawn anew.
import { icon } from '../icons.js';
import { t } from '../texts.js';

export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (['value', 'checked', 'disabled', 'selected', 'textContent', 'htmlFor', 'open'].includes(name)) node[name] = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function section(title, ...children) {
  return h('section', { class: 'part' }, title ? h('h3', {}, title) : null, ...children);
}

export function hint(text) {
  return h('p', { class: 'form-text' }, text);
}

let count = 0;

function labelled(label, control, { help, tight } = {}) {
  count += 1;
  control.id = `field-${count}`;
  if (tight) {
    control.setAttribute('aria-label', label);
    return control;
  }
  const below = help ? h('div', { class: 'form-text', id: `help-${count}` }, help) : null;
  if (below) control.setAttribute('aria-describedby', below.id);
  return h('div', { class: 'field' }, h('label', { class: 'form-label', htmlFor: control.id }, label), control, below);
}

export function text({ key, label, value = '', write, rows, type = 'text', list, placeholder, min, max, kind = '', ...more }) {
  const control = h(rows ? 'textarea' : 'input', {
    class: `form-control ${kind}`, value, 'data-key': key, rows, type: rows ? undefined : type, list, placeholder, min, max,
    spellcheck: kind === 'mono' ? 'false' : undefined, autocomplete: 'off',
    onchange: () => write(control.value.trim()),
  });
  return labelled(label, control, more);
}

/** options: [{value, label, disabled}], a group as {group, options}. */
export function select({ key, label, value = '', options, write, ...more }) {
  const one = (each) => h('option', { value: each.value, disabled: each.disabled, selected: each.value === value }, each.label);
  const control = h('select', { class: 'form-select', 'data-key': key, onchange: () => write(control.value) },
    options.map((each) => (each.options ? h('optgroup', { label: each.group }, each.options.map(one)) : one(each))));
  const known = options.flatMap((each) => each.options ?? [each]).some((each) => each.value === value);
  if (!known && value) control.prepend(h('option', { value, selected: true }, value));
  return labelled(label, control, more);
}

export function check({ key, label, value, write, help }) {
  count += 1;
  const control = h('input', { type: 'checkbox', class: 'form-check-input', id: `field-${count}`, checked: value, 'data-key': key, onchange: () => write(control.checked) });
  return h('div', { class: 'form-check' }, control, h('label', { class: 'form-check-label', htmlFor: control.id }, label), help ? hint(help) : null);
}

export function choice({ key, legend, value, options, write }) {
  count += 1;
  const name = `choice-${count}`;
  return h('fieldset', { class: 'field' }, h('legend', {}, legend), h('div', { class: 'seg' }, options.map((each) => h('label', {},
    h('input', { type: 'radio', name, value: each.value, checked: each.value === value, 'data-key': `${key}-${each.value}`, onchange: () => write(each.value) }), h('span', {}, each.label)))));
}

export function button(label, act, { name, kind = 'btn-quiet', key, iconOnly } = {}) {
  return h('button', { type: 'button', class: `btn btn-sm ${kind}`, 'data-key': key, 'aria-label': iconOnly ? label : undefined, title: iconOnly ? label : undefined, onclick: act },
    name ? icon(name) : null, iconOnly ? null : label);
}

export function removeButton(label, act, key) {
  return button(label, act, { name: 'x', kind: 'btn-ghost btn-icon', iconOnly: true, key });
}

/** A number and a unit in one line. */
export function amount({ key, label, value, units, write, help }) {
  const number = text({ key: `${key}-amount`, label, value: String(value.amount), type: 'number', min: 0, tight: true, write: (given) => write({ ...value, amount: Number(given) }) });
  const unit = select({ key: `${key}-unit`, label: t('Unit'), value: value.unit, options: units, tight: true, write: (given) => write({ ...value, unit: given }) });
  return h('div', { class: 'field' }, h('div', { class: 'form-label' }, label), h('div', { class: 'pair' }, number, unit), help ? hint(help) : null);
}
