// The clauses in their order: choose, move, add, remove with undo.
import { filled, make } from './dom.js';

export function showOrder(box, session) {
  const { page: { words, choices }, template: { clauses } } = session;
  const kinds = Object.fromEntries(choices.kind);
  const around = make('button', { type: 'button', class: 'around', 'aria-current': session.chosen === null ? 'true' : null, onclick: () => session.choose(null) }, words.around);
  const list = make('ol');
  clauses.forEach((clause, index) => {
    const isChosen = session.chosen === clause;
    const faults = session.faults.filter((one) => one.clause === clause.code).length;
    const name = make('button', { type: 'button', class: 'name', 'aria-current': isChosen ? 'true' : null, onclick: () => session.choose(clause) },
      clause.title || words.new, make('small', { class: 'faint' }, clause.kind === 'alternative' ? `${kinds.alternative} · ${clause.group}` : clause.kind === 'optional' ? kinds.optional : ''),
      faults ? make('span', { class: 'tag tag-amber' }, String(faults)) : null);
    const move = (by, label, glyph) => make('button', { type: 'button', class: 'btn btn-ghost btn-icon', 'aria-label': `${label}: ${clause.title}`, title: label, disabled: index + by < 0 || index + by >= clauses.length, onclick: () => session.move(index, by) }, glyph);
    const row = make('li', { draggable: 'true', class: isChosen ? 'is-chosen' : '' }, name,
      isChosen ? make('span', { class: 'deeds' }, move(-1, words.up, '↑'), move(1, words.down, '↓'),
        make('button', { type: 'button', class: 'btn btn-ghost btn-icon', 'aria-label': words.after, title: words.after, onclick: () => session.add(index + 1) }, '+'),
        make('button', { type: 'button', class: 'btn btn-ghost btn-icon', 'aria-label': words.remove, title: words.remove, onclick: () => session.remove(index) }, '×')) : null);
    row.addEventListener('dragstart', (event) => event.dataTransfer.setData('text/plain', String(index)));
    row.addEventListener('dragover', (event) => event.preventDefault());
    row.addEventListener('drop', (event) => { event.preventDefault(); session.moveTo(Number(event.dataTransfer.getData('text/plain')), index); });
    list.append(row);
  });
  const undo = session.removed ? make('p', { class: 'note', role: 'status' }, filled(words.removed, { title: session.removed.clause.title }), ' ', make('button', { type: 'button', class: 'btn btn-quiet btn-sm', onclick: () => session.bringBack() }, words.undo)) : null;
  box.replaceChildren(...[around, undo, list, make('button', { type: 'button', class: 'btn btn-quiet btn-sm', onclick: () => session.add(clauses.length) }, words.add)].filter(Boolean));
}
