// One clause: what it is called, what may become of it, its words.
import { area, choice, field, inEnglish, line, make, tick } from './dom.js';
import { englishButton } from './english.js';
import { textBox } from './textbox.js';

let open = null;

/** Show a clause of `session` in `box`; what is typed goes into it at once. */
export function showClause(box, session, clause) {
  open?.destroy();
  const { page: { words, choices } } = session;
  const change = (name) => (value) => { clause[name] = value; session.touched(name); };
  const head = make('div', { class: 'fields' },
    field(words.title, line(clause.title, change('title'), { maxlength: '80' })),
    inEnglish(words.title_en, line(clause.title_en, change('title_en'), { maxlength: '120' })),
    field(words.kind, choice(choices.kind, clause.kind, (value) => {
      clause.kind = value;
      clause.group = value === 'alternative' ? clause.group || clause.code : '';
      session.touched('kind');
      showClause(box, session, clause);
    })));
  if (clause.kind === 'alternative') {
    head.append(field(words.group, line(clause.group, change('group'), { maxlength: '40', spellcheck: 'false' })), field(words.usual, tick(clause.is_default, change('is_default'))));
  } else if (clause.kind === 'optional') {
    head.append(field(words.default, tick(clause.is_default, change('is_default'))));
  }
  const words_ = make('div', { class: 'words' });
  const more = make('details', { class: 'more' }, make('summary', {}, `${words.code}, ${words.law}, ${words.guidance}`),
    make('div', { class: 'fields' },
      field(words.code, line(clause.code, change('code'), { maxlength: '40', spellcheck: 'false' })),
      field(words.part, choice(choices.part, clause.part, change('part'))),
      field(words.risk, choice(choices.risk, clause.risk, change('risk'))),
      field(words.law, line(clause.law_reference, change('law_reference'), { maxlength: '120' }))),
    field(words.guidance, area(clause.guidance, change('guidance'), { maxlength: '600' })));
  box.replaceChildren(head, words_, more);
  open = textBox(words_, session.page, clause.paragraphs, session.names, (paragraphs) => {
    clause.paragraphs = paragraphs;
    session.touched('paragraphs');
  });
}

/** What stands around the clauses: names, title, preamble, and the values of this template. */
export function showAround(box, session) {
  open?.destroy();
  open = null;
  const { page: { words, choices }, template } = session;
  const { texts } = template;
  texts.values ??= {};
  texts.variables ??= {};
  texts.values_en ??= {};
  const change = (name) => (value) => { template[name] = value; session.touched(name); };
  const word = (name) => (value) => { texts[name] = value; session.touched('texts'); };
  const values = make('div', { class: 'values' });
  box.replaceChildren(
    make('div', { class: 'fields' },
      field(words.name, line(template.name, change('name'), { maxlength: '80' })),
      field(words.layout, choice(choices.layout, template.layout, change('layout'))),
      field(words.paper_title, line(texts.title, word('title'), { maxlength: '60' })),
      inEnglish(words.title_en, line(texts.title_en, word('title_en'), { maxlength: '120' })),
      field(words.standard, tick(template.is_standard, change('is_standard')))),
    field(words.preamble, area(texts.preamble, word('preamble'), { rows: '4', maxlength: '2000' })),
    inEnglish(words.preamble_en, area(texts.preamble_en, word('preamble_en'), { rows: '4', maxlength: '6000' })),
    englishButton(words),
    make('h2', { class: 'h6 mt-3' }, words.values), values,
    make('button', { type: 'button', class: 'btn btn-quiet btn-sm', onclick: () => { addValue(session); showAround(box, session); } }, words.add_value));
  for (const name of Object.keys(texts.values).sort()) if (!session.computed.has(name)) values.append(valueRow(box, session, name));
}

function addValue(session) {
  const { values } = session.template.texts;
  let number = 1;
  while (`value_${number}` in values) number += 1;
  values[`value_${number}`] = '';
  session.touched('texts');
}

function valueRow(box, session, name) {
  const { page: { words }, template: { texts } } = session;
  const about = texts.variables[name] ?? { label: '', open: false, choices: [] };
  const touch = (key) => (value) => { texts.variables[name] = { ...texts.variables[name] ?? about, [key]: value }; session.touched('texts'); };
  const rename = line(name, () => {}, { maxlength: '40', spellcheck: 'false' });
  rename.addEventListener('change', () => {
    const to = rename.value.trim();
    if (to === name || to in texts.values || !/^[a-z][a-z0-9_]*$/.test(to)) { rename.value = name; return; }
    for (const those of [texts.values, texts.values_en, texts.variables]) if (name in those) { those[to] = those[name]; delete those[name]; }
    session.touched('texts');
    showAround(box, session);
  });
  const remove = make('button', { type: 'button', class: 'btn btn-ghost btn-sm', 'aria-label': `${words.remove} {${name}}`, onclick: () => { delete texts.values[name]; delete texts.values_en[name]; delete texts.variables[name]; session.touched('texts'); showAround(box, session); } }, '×');
  const choices = area((about.choices ?? []).join('\n'), (value) => touch('choices')(value.split('\n').map((one) => one.trim()).filter(Boolean)), { rows: '2' });
  return make('fieldset', { class: 'value-row' }, make('legend', { class: 'visually-hidden' }, name),
    make('div', { class: 'fields' },
      field(words.value, rename),
      field(words.answer, line(texts.values[name], (value) => { texts.values[name] = value; session.touched('texts'); }, { maxlength: '500' })),
      inEnglish(words.answer_en, line(texts.values_en[name], (value) => { texts.values_en[name] = value; session.touched('texts'); }, { maxlength: '500' })),
      field(words.label, line(about.label, touch('label'), { maxlength: '40' })),
      field(words.choices, choices)),
    make('div', { class: 'd-flex gap-2 align-items-center' }, field(words.open, tick(about.open, touch('open'))), remove));
}
