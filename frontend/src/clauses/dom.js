// Small helpers to build what the editor shows. Texts are set as text, never as HTML.
export function make(tag, attributes = {}, ...children) {
  const box = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) box.addEventListener(name.slice(2), value);
    else if (name in box && typeof value !== 'string') box[name] = value;
    else if (value !== undefined && value !== null) box.setAttribute(name, value);
  }
  box.append(...children.filter((one) => one !== null && one !== undefined && one !== ''));
  return box;
}

let serial = 0;

/** A control under its label, with help below. */
export function field(label, control, help = '') {
  serial += 1;
  control.id ||= `clause-field-${serial}`;
  const isTick = control.type === 'checkbox';
  control.classList.add(isTick ? 'form-check-input' : control.tagName === 'SELECT' ? 'form-select' : 'form-control');
  const name = make('label', { class: isTick ? 'form-check-label' : 'form-label', for: control.id }, label);
  const box = isTick
    ? make('div', { class: 'form-check' }, control, name)
    : make('div', { class: 'field' }, name, control);
  if (help) box.append(make('div', { class: 'form-text' }, help));
  return box;
}

/** A field that is seen only while English is written. */
export function inEnglish(label, control, help = '') {
  const box = field(label, control, help);
  box.classList.add('in-english');
  control.lang = 'en';
  return box;
}

export function choice(pairs, value, change) {
  const box = make('select', { onchange: () => change(box.value) });
  for (const [code, label] of pairs) box.append(make('option', { value: code, selected: code === value }, label));
  return box;
}

export function line(value, change, attributes = {}) {
  const box = make('input', { type: 'text', value, autocomplete: 'off', ...attributes, oninput: () => change(box.value) });
  box.value = value ?? '';
  return box;
}

export function area(value, change, attributes = {}) {
  const box = make('textarea', { rows: '2', ...attributes, oninput: () => change(box.value) });
  box.value = value ?? '';
  return box;
}

export function tick(value, change) {
  const box = make('input', { type: 'checkbox', checked: Boolean(value), onchange: () => change(box.checked) });
  return box;
}

/** The words of the page with {name} filled in. */
export function filled(text, values = {}) {
  return text.replace(/{(\w+)}/g, (all, name) => values[name] ?? all);
}
