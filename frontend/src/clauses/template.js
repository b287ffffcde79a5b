// Where a contract template is written. Saves by itself over the revision it was read at; the preview and what is
// missing follow each save.
import { ask } from '../app/api.js';
import { timeOf, why } from './asking.js';
import { showAround, showClause } from './clause.js';
import { filled, make } from './dom.js';
import { isShown, rememberEnglish } from './english.js';
import { showOrder } from './order.js';

const PAUSE_MS = 1200; // after the last change until it is saved

const main = document.querySelector('[data-clause-editor]');
const page = JSON.parse(document.getElementById('clause-page').textContent);
const { words } = page;
const boxes = { order: main.querySelector('.order'), text: main.querySelector('.text'), paper: main.querySelector('.paper') };
const status = main.querySelector('[data-saved]');

const session = {
  page,
  template: page.template,
  chosen: page.template.clauses[0] ?? null,
  faults: [],
  removed: null,
  computed: new Set(page.placeholders.flatMap((one) => one.items.map(([name]) => name))),
  names: {
    values: () => Object.keys(page.template.texts.values ?? {}).filter((name) => !session.computed.has(name)).sort().map((name) => [name, page.template.texts.variables?.[name]?.label || name]),
    articles: () => [...new Map(page.template.clauses.map((one) => [`article:${one.group || one.code}`, one.group || one.title])).entries()],
  },
  touched(what) {
    session.isChanged = true;
    status.dataset.kind = 'open';
    clearTimeout(session.timer);
    session.timer = setTimeout(save, PAUSE_MS);
    if (['title', 'kind', 'group'].includes(what)) showOrder(boxes.order, session);
  },
  choose(clause) {
    session.chosen = clause;
    show();
    view('text');
  },
  move(index, by) { session.moveTo(index, index + by); },
  moveTo(from, to) {
    const { clauses } = session.template;
    if (!(from in clauses) || !(to in clauses) || from === to) return;
    clauses.splice(to, 0, ...clauses.splice(from, 1));
    session.touched('order');
    showOrder(boxes.order, session);
    boxes.order.querySelector('[aria-current] ~ .deeds button:not(:disabled)')?.focus();
  },
  add(index) {
    const taken = new Set(session.template.clauses.map((one) => one.code));
    let number = session.template.clauses.length + 1;
    while (taken.has(`clause-${number}`)) number += 1;
    const clause = { code: `clause-${number}`, title: words.new, title_en: '', kind: 'locked', group: '', is_default: true, part: 'body', law_reference: '', risk: 'mid', guidance: '', paragraphs: [{ text: '…' }] };
    session.template.clauses.splice(index, 0, clause);
    session.touched('order');
    session.choose(clause);
  },
  remove(index) {
    const [clause] = session.template.clauses.splice(index, 1);
    session.removed = { clause, index };
    session.chosen = session.template.clauses[Math.min(index, session.template.clauses.length - 1)] ?? null;
    session.touched('order');
    show();
  },
  bringBack() {
    const { clause, index } = session.removed;
    session.removed = null;
    session.template.clauses.splice(index, 0, clause);
    session.touched('order');
    session.choose(clause);
  },
};

function show() {
  showOrder(boxes.order, session);
  if (session.chosen) showClause(boxes.text, session, session.chosen);
  else showAround(boxes.text, session);
}

/** On narrow screens one of the three is seen at a time. */
function view(name) {
  main.dataset.view = name;
  for (const tab of main.querySelectorAll('.views [role="tab"]')) tab.setAttribute('aria-selected', String(tab.dataset.view === name));
}

let saving = null;

/** Save what was changed; true if the server has all of it. */
function save() {
  clearTimeout(session.timer);
  saving ??= write().finally(() => { saving = null; });
  return saving;
}

async function write() {
  if (!session.isChanged) return true;
  session.isChanged = false;
  say(words.saving);
  const { template } = session;
  try {
    const { name, layout, is_standard, texts, clauses, revision } = template;
    const { revision: next, updated_at } = await ask('PATCH', page.urls.save, { name, layout, is_standard, texts, clauses, revision }, words);
    template.revision = next;
    say(filled(words.saved, { time: timeOf(updated_at) }), 'good');
    await showPaper();
    if (session.isChanged) session.touched();
    return true;
  } catch (refusal) {
    session.isChanged = true;
    say(filled(words.unsaved, { why: why(refusal) }), 'bad');
    return false;
  }
}

function say(text, kind = '') {
  status.textContent = text;
  status.dataset.kind = kind;
}

/** What is missing, and the pages as they are now. */
async function showPaper() {
  const { revision } = session.template;
  const both = isShown() ? '&english=1' : '';
  const { faults, pages, refused } = await ask('GET', both ? `${page.urls.check}?english=true` : page.urls.check, undefined, words);
  session.faults = faults;
  showOrder(boxes.order, session);
  const wrong = [...faults.map((one) => one.text), ...(refused ? [refused] : [])];
  const said = wrong.length
    ? make('div', { class: 'note note-amber' }, make('div', {}, make('p', {}, words.faults), make('ul', { class: 'mb-0' }, ...wrong.map((text) => make('li', {}, text)))))
    : make('p', { class: 'note note-green' }, words.ready);
  const sheets = make('div', { class: 'paper-pages' });
  for (let number = 1; number <= pages; number += 1) {
    const address = page.urls.page.replace('/0.png', `/${number}.png?r=${revision}${both}`);
    sheets.append(make('img', { class: 'paper-page', loading: 'lazy', width: '900', height: '1273', alt: filled(words.page, { number }), src: address }));
  }
  boxes.paper.replaceChildren(said, sheets);
}

function offerFacts() {
  const list = make('datalist', { id: 'clause-facts' });
  for (const { name, label, kind, choices } of page.facts) {
    const samples = kind === 'boolean' ? [name, `not ${name}`] : kind === 'choice' ? choices.map((one) => `${name} == "${one}"`) : [`${name} > 0`];
    for (const sample of samples) list.append(make('option', { value: sample }, label));
  }
  main.append(list);
}

offerFacts();
view('text');
for (const tab of main.querySelectorAll('.views [role="tab"]')) tab.addEventListener('click', () => view(tab.dataset.view));
main.querySelector('[data-save]').addEventListener('click', save);
main.querySelector('[data-publish]')?.addEventListener('click', async (event) => {
  if (!session.isChanged && !saving) return;
  event.preventDefault();
  if (await save()) location.assign(event.target.closest('a').href);
});
document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === 's') { event.preventDefault(); save(); }
});
addEventListener('beforeunload', (event) => { if (session.isChanged) event.preventDefault(); });
show();
rememberEnglish();
showPaper().catch(() => {});
document.addEventListener('clauses:english', () => { showPaper().catch(() => {}); });
