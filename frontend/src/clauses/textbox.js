// The words of one clause: paragraphs with marks, values as chips, and what holds of the paragraph one stands in.
import { baseKeymap, splitBlockAs, toggleMark } from 'prosemirror-commands';
import { history, redo, undo } from 'prosemirror-history';
import { keymap } from 'prosemirror-keymap';
import { EditorState } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';
import { choice, field, line, make } from './dom.js';
import { englishButton, englishRows } from './english.js';
import { fromDoc, schema, toDoc } from './schema.js';

/** The paragraph in which the cursor stands: [its place, the node]. */
function paragraphAt(state) {
  const { $from } = state.selection;
  return [$from.before(1), $from.node(1)];
}

function set(view, values) {
  const [place, node] = paragraphAt(view.state);
  view.dispatch(view.state.tr.setNodeMarkup(place, null, { ...node.attrs, ...values }));
}

function indent(state, dispatch) {
  const [place, node] = paragraphAt(state);
  if (place === 0) return false; // the first stands under no other
  if (dispatch) dispatch(state.tr.setNodeMarkup(place, null, { ...node.attrs, level: node.attrs.level === 1 ? 2 : 1 }));
  return true;
}

// What is cut in two leaves its table and its English with the first half: both would stand twice.
const cut = splitBlockAs((node, atEnd) => (atEnd ? null : { type: node.type, attrs: { ...node.attrs, table: '', text_en: '' } }));

/** A clause's text in `box`; `changed(paragraphs)` hears of each change. Gives {destroy, focus}. */
export function textBox(box, page, paragraphs, names, changed) {
  const { words } = page;
  const surface = make('div', { class: 'writing' });
  const bar = make('div', { class: 'writing-bar', role: 'toolbar', 'aria-label': words.text });
  const about = make('div', { class: 'writing-about' });
  const english = englishRows(words, (index, text_en) => {
    let place = 0;
    for (let before = 0; before < index; before += 1) place += view.state.doc.child(before).nodeSize;
    view.dispatch(view.state.tr.setNodeMarkup(place, null, { ...view.state.doc.child(index).attrs, text_en }));
  });
  box.append(bar, surface, english.box, about);

  const view = new EditorView(surface, {
    state: EditorState.create({
      doc: toDoc(paragraphs),
      plugins: [
        history(),
        keymap({ 'Mod-z': undo, 'Mod-y': redo, 'Shift-Mod-z': redo, 'Mod-b': toggleMark(schema.marks.strong), 'Mod-u': toggleMark(schema.marks.underline), 'Alt-ArrowRight': indent, 'Alt-ArrowLeft': indent, Enter: cut }),
        keymap(baseKeymap),
      ],
    }),
    attributes: { 'aria-label': words.text, role: 'textbox', 'aria-multiline': 'true' },
    dispatchTransaction(transaction) {
      view.updateState(view.state.apply(transaction));
      show();
      if (transaction.docChanged) changed(fromDoc(view.state.doc));
    },
  });

  const run = (command) => () => { command(view.state, view.dispatch); view.focus(); };
  const button = (label, glyph, command) => make('button', { type: 'button', class: 'btn btn-ghost btn-sm', 'aria-label': label, title: label, onmousedown: (event) => event.preventDefault(), onclick: run(command) }, glyph);
  const strong = button(words.bold, make('b', {}, 'B'), toggleMark(schema.marks.strong));
  const underline = button(words.underline, make('u', {}, 'U'), toggleMark(schema.marks.underline));
  const level = button(words.indent, '(1)', indent);
  bar.append(strong, underline, level, inserter(), englishButton(words));

  /** The values one may name, in groups; choosing one puts its chip where the cursor stands. */
  function inserter() {
    const list = make('select', { class: 'form-select form-select-sm', 'aria-label': words.insert, onchange: () => {
      if (!list.value) return;
      view.dispatch(view.state.tr.replaceSelectionWith(schema.node('placeholder', { name: list.value }), true).scrollIntoView());
      list.value = '';
      view.focus();
    } });
    const fill = () => {
      const groups = [...page.placeholders, { label: words.values, items: names.values() }, { label: words.article, items: names.articles() }];
      const rows = page.rows[paragraphAt(view.state)[1].attrs.each];
      if (rows) groups.unshift({ label: Object.fromEntries(page.choices.each)[paragraphAt(view.state)[1].attrs.each], items: rows });
      list.replaceChildren(make('option', { value: '' }, words.insert), ...groups.filter((one) => one.items.length).map((one) => make('optgroup', { label: one.label }, ...one.items.map(([name, label]) => make('option', { value: name }, `${label} {${name}}`)))));
    };
    list.addEventListener('mousedown', fill);
    list.addEventListener('focus', fill);
    fill();
    return list;
  }

  const flagged = make('input', { type: 'checkbox', onchange: () => set(view, { bold: flagged.checked }) });
  const table = choice(page.choices.table, '', (value) => set(view, { table: value, ...(value ? { each: '' } : {}) }));
  const each = choice(page.choices.each, '', (value) => set(view, { each: value, ...(value ? { table: '' } : {}) }));
  const when = line('', (value) => set(view, { when: value.trim() }), { placeholder: words.always, list: 'clause-facts', spellcheck: 'false' });
  about.append(field(words.flagged, flagged));
  // Whoever drafts a contract writes for this one: conditions and repeats are the template's.
  if (!page.contract) about.append(make('div', { class: 'fields' }, field(words.when, when), field(words.each, each), field(words.table, table)));

  function show() {
    const { attrs } = paragraphAt(view.state)[1];
    flagged.checked = attrs.bold;
    table.value = attrs.table;
    each.value = attrs.each;
    if (document.activeElement !== when) when.value = attrs.when;
    const active = (mark) => {
      const { from, to, empty, $from } = view.state.selection;
      return empty ? Boolean(mark.isInSet(view.state.storedMarks ?? $from.marks())) : view.state.doc.rangeHasMark(from, to, mark);
    };
    strong.setAttribute('aria-pressed', active(schema.marks.strong));
    underline.setAttribute('aria-pressed', active(schema.marks.underline));
    level.setAttribute('aria-pressed', attrs.level === 2);
    english.follow(view.state.doc);
  }
  show();
  return { destroy: () => view.destroy(), focus: () => view.focus() };
}
