// English beside the Chinese: one quiet button shows its fields everywhere, and stays as it was left.
import { area, filled, inEnglish, make } from './dom.js';

const KEY = 'clauses.english';

export const isShown = () => document.body.classList.contains('with-english');

/** Show or hide English; whoever draws a preview hears of it. */
export function showEnglish(shown) {
  document.body.classList.toggle('with-english', shown);
  for (const button of document.querySelectorAll('[data-english]')) button.setAttribute('aria-pressed', String(shown));
  document.dispatchEvent(new CustomEvent('clauses:english'));
}

/** As it was left the last time, or shown anyway (`always`). */
export function rememberEnglish(always = false) {
  showEnglish(always || localStorage.getItem(KEY) === 'yes');
}

export function englishButton(words) {
  return make('button', { type: 'button', class: 'btn btn-ghost btn-sm ms-auto', 'data-english': '', title: words.english_help, 'aria-pressed': String(isShown()), onclick: () => {
    localStorage.setItem(KEY, isShown() ? 'no' : 'yes');
    showEnglish(!isShown());
  } }, words.english);
}

/** The English of each paragraph of a document, below it. `write(index, text)` puts it there; `follow(doc)` keeps up. */
export function englishRows(words, write) {
  const box = make('div', { class: 'writing-english in-english' });
  let rows = [];
  function follow(doc) {
    if (rows.length !== doc.childCount) {
      rows = Array.from({ length: doc.childCount }, (_, index) => area('', (value) => write(index, value), { rows: '3', maxlength: '12000' }));
      box.replaceChildren(...rows.map((row, index) => inEnglish(filled(words.text_en, { number: index + 1 }), row)));
    }
    rows.forEach((row, index) => {
      const text = doc.child(index).attrs.text_en;
      if (document.activeElement !== row && row.value !== text) row.value = text;
    });
  }
  return { box, follow };
}
