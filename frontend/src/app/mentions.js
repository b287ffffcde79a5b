// Names while one types @: arrows walk, Enter and Tab choose, Escape closes. While letters are being composed
// nothing is taken away from the input method.
import { isComposing } from './ime.js';

const AT = /(?:^|[^A-Za-z0-9._])[@＠]([^\s@＠]{0,30})$/u;
let open = null; // { field, list, start, people, at }
let asked = 0;

function close() {
  if (!open) return;
  open.list.remove();
  open.field.removeAttribute('aria-activedescendant');
  open.field.removeAttribute('aria-controls');
  open = null;
}

function mark(at) {
  open.at = at;
  open.list.querySelectorAll('[role="option"]').forEach((row, number) => {
    row.setAttribute('aria-selected', String(number === at));
    if (number === at) {
      open.field.setAttribute('aria-activedescendant', row.id);
      row.scrollIntoView({ block: 'nearest' });
    }
  });
}

function choose(at) {
  const { field, start, people } = open;
  const person = people[at];
  if (!person?.sees) return;
  const after = field.value.slice(field.selectionStart);
  const text = `@${person.insert} `;
  field.value = field.value.slice(0, start) + text + after;
  field.selectionStart = field.selectionEnd = start + text.length;
  close();
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
}

function draw(field, start, people) {
  close();
  if (!people.length) return;
  const list = document.createElement('ul');
  list.className = 'mention-list';
  list.id = 'mention-list';
  list.setAttribute('role', 'listbox');
  people.forEach((person, number) => {
    const row = document.createElement('li');
    row.id = `mention-${number}`;
    row.setAttribute('role', 'option');
    if (!person.sees) row.setAttribute('aria-disabled', 'true');
    const name = document.createElement('strong');
    name.textContent = person.name;
    const detail = document.createElement('span');
    detail.textContent = person.sees ? person.detail : person.why;
    row.append(name, detail);
    row.addEventListener('mousedown', (event) => { event.preventDefault(); choose(number); });
    list.append(row);
  });
  field.after(list);
  field.setAttribute('aria-controls', list.id);
  open = { field, list, start, people, at: 0 };
  mark(0);
}

async function look(field) {
  const before = field.value.slice(0, field.selectionStart);
  const found = AT.exec(before);
  if (!found) return close();
  const ask = ++asked;
  const answer = await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(found[1])}`, { credentials: 'same-origin' });
  if (ask !== asked || !answer.ok || document.activeElement !== field) return undefined;
  const { people } = await answer.json();
  if (ask !== asked) return undefined;
  return draw(field, before.length - found[1].length - 1, people);
}

let waiting;
document.addEventListener('input', (event) => {
  if (!event.target.matches?.('textarea[data-mentions]')) return;
  clearTimeout(waiting);
  if (event.isComposing) return;
  waiting = setTimeout(() => look(event.target), 120);
});
document.addEventListener('compositionend', (event) => {
  if (event.target.matches?.('textarea[data-mentions]')) look(event.target);
});

document.addEventListener('keydown', (event) => {
  if (!open || event.target !== open.field || isComposing(event)) return;
  const count = open.people.length;
  if (event.key === 'ArrowDown') mark((open.at + 1) % count);
  else if (event.key === 'ArrowUp') mark((open.at + count - 1) % count);
  else if (event.key === 'Escape') close();
  else if ((event.key === 'Enter' || event.key === 'Tab') && !event.ctrlKey && !event.metaKey) choose(open.at);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener('focusout', (event) => {
  if (open && event.target === open.field) setTimeout(close, 100);
});
