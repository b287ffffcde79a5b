// Paragraphs of a clause as the editor holds them, and as they are stored: {text, bold, table, when, each, level, marks, text_en},
// where placeholders stand in the text as {name} and marks are [from, to, kind] over that text. text_en is its English.
import { Schema } from 'prosemirror-model';

const STORED = /\{([a-z][a-z0-9_]*(?::[a-z][a-z0-9_-]*)?)\}/g;
const ATTRIBUTES = { bold: false, table: '', when: '', each: '', level: 1, text_en: '' };

function shown(node) {
  const { bold, level, when, each, table } = node.attrs;
  const classes = ['paragraph', bold && 'flagged', level === 2 && 'under'].filter(Boolean).join(' ');
  const attributes = { class: classes };
  for (const [name, value] of Object.entries({ when, each, table })) if (value) attributes[`data-${name}`] = value;
  return ['p', attributes, 0];
}

export const schema = new Schema({
  nodes: {
    doc: { content: 'paragraph+' },
    paragraph: {
      content: 'inline*',
      attrs: Object.fromEntries(Object.entries(ATTRIBUTES).map(([name, value]) => [name, { default: value }])),
      parseDOM: [{ tag: 'p' }, { tag: 'div' }, { tag: 'li' }],
      toDOM: shown,
    },
    placeholder: {
      inline: true,
      group: 'inline',
      atom: true,
      attrs: { name: {} },
      toDOM: (node) => ['span', { class: 'chip', 'data-name': node.attrs.name }, `{${node.attrs.name}}`],
      parseDOM: [{ tag: 'span.chip[data-name]', getAttrs: (box) => ({ name: box.dataset.name }) }],
      leafText: (node) => `{${node.attrs.name}}`,
    },
    text: { group: 'inline' },
  },
  marks: {
    strong: { parseDOM: [{ tag: 'strong' }, { tag: 'b' }], toDOM: () => ['strong', 0] },
    underline: { parseDOM: [{ tag: 'u' }], toDOM: () => ['u', 0] },
  },
});

/** The pieces of a stored text between two places, as nodes with the marks that lie over them. */
function inline(text, marks) {
  const edges = new Set([0, text.length]);
  for (const [start, end] of marks) edges.add(start).add(end);
  const names = new Map();
  for (const match of text.matchAll(STORED)) {
    edges.add(match.index).add(match.index + match[0].length);
    names.set(match.index, match[1]);
  }
  const places = [...edges].sort((a, b) => a - b);
  return places.slice(0, -1).flatMap((start, index) => {
    const end = places[index + 1];
    const over = marks.filter(([low, high]) => low <= start && end <= high).map(([, , kind]) => schema.mark(kind));
    if (names.has(start)) return [schema.node('placeholder', { name: names.get(start) }, null, over)];
    return end > start ? [schema.text(text.slice(start, end), over)] : [];
  });
}

/** Stored paragraphs as a document. */
export function toDoc(paragraphs) {
  const stored = paragraphs.length ? paragraphs : [{ text: '' }];
  return schema.node('doc', null, stored.map((one) => schema.node('paragraph', {
    ...ATTRIBUTES, ...Object.fromEntries(Object.keys(ATTRIBUTES).filter((name) => one[name] !== undefined).map((name) => [name, one[name]])),
    when: one.when ?? one.only_with ?? '',
  }, inline(one.text, one.marks ?? []))));
}

/** A document as it is stored: what says nothing is left out, and so are empty paragraphs. */
export function fromDoc(doc) {
  const found = [];
  doc.forEach((node) => {
    let text = '';
    const marks = [];
    node.forEach((part) => {
      const piece = part.isText ? part.text : `{${part.attrs.name}}`;
      for (const mark of part.marks) {
        const last = marks.findLast((one) => one[2] === mark.type.name);
        if (last && last[1] === text.length) last[1] += piece.length;
        else marks.push([text.length, text.length + piece.length, mark.type.name]);
      }
      text += piece;
    });
    if (!text.trim()) return;
    const stored = { text };
    for (const [name, usual] of Object.entries(ATTRIBUTES)) if (node.attrs[name] !== usual) stored[name] = node.attrs[name];
    if (marks.length) stored.marks = marks;
    found.push(stored);
  });
  return found;
}
