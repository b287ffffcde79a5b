// The words of one contract: clause by clause what stands, what is chosen, what is changed for this customer and why.
import { ask } from '../app/api.js';
import { timeOf, why as reasonOf } from './asking.js';
import { area, choice, field, filled, inEnglish, line, make, tick } from './dom.js';
import { rememberEnglish } from './english.js';
import { textBox } from './textbox.js';

const PAUSE_MS = 900; // after the last change until it is saved

export function showWording(box, page) {
  const { words, contract } = page;
  const status = document.querySelector('[data-saved]');
  const count = document.querySelector('[data-deviations]');
  const decided = new Map(contract.changes.map((one) => [one.code, one]));
  const computed = new Set(page.placeholders.flatMap((one) => one.items.map(([name]) => name)));
  const names = {
    values: () => Object.keys(page.texts.values ?? {}).filter((name) => !computed.has(name)).map((name) => [name, page.texts.variables?.[name]?.label || name]),
    articles: () => [...new Map(page.clauses.map((one) => [`article:${one.group || one.code}`, one.group || one.title])).entries()],
  };
  let isChanged = false;
  let timer = null;
  let saving = null;

  function touched() {
    isChanged = true;
    status.dataset.kind = 'open';
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
    tell();
  }

  function isDeviation(one) {
    if (one.kind === 'changed' || one.kind === 'added') return true;
    return one.kind === 'left_out' && page.clauses.find((clause) => clause.code === one.code)?.kind === 'locked';
  }

  function tell() {
    const number = [...decided.values()].filter(isDeviation).length;
    count.textContent = number ? filled(words.deviations, { count: number }) : words.no_deviations;
    count.className = number ? 'tag tag-amber' : 'tag tag-green';
  }

  function save() {
    clearTimeout(timer);
    saving ??= write().finally(() => { saving = null; });
    return saving;
  }

  async function write() {
    if (!isChanged) return true;
    isChanged = false;
    say(words.saving);
    try {
      const changes = [...decided.values()].map(({ code, kind, after, title, title_en, paragraphs, risk, reason }) => ({ code, kind, after: after ?? '', title: title ?? '', title_en: title_en ?? '', paragraphs: paragraphs ?? [], risk: risk ?? '', reason: reason ?? '' }));
      const answer = await ask('PATCH', page.urls.save, { revision: contract.revision, variables: contract.variables, clause_changes: changes }, words);
      contract.revision = answer.revision;
      say(filled(words.saved, { time: timeOf(answer.updated_at) }), 'good');
      if (isChanged) touched();
      return true;
    } catch (refusal) {
      isChanged = true;
      say(filled(words.unsaved, { why: reasonOf(refusal) }), 'bad');
      return false;
    }
  }

  function say(text, kind = '') {
    status.textContent = text;
    status.dataset.kind = kind;
  }

  function decide(code, change) {
    if (change === null) decided.delete(code);
    else decided.set(code, { code, title: '', title_en: '', paragraphs: [], after: '', risk: '', reason: '', ...change });
    touched();
  }

  // What is shown -------------------------------------------------------------------------------

  function answers() {
    if (!page.open.length) return null;
    const inputs = page.open.map((one) => {
      const set = (value) => { if (value) contract.variables[one.name] = value; else delete contract.variables[one.name]; touched(); };
      const now = contract.variables[one.name] ?? '';
      const control = one.choices.length
        ? choice([['', one.value || '—'], ...one.choices.filter((text) => text !== one.value).map((text) => [text, text])], now, set)
        : line(now, set, { maxlength: '200', placeholder: one.value });
      return field(one.label, control, one.value ? filled(words.usual_answer, { answer: one.value }) : '');
    });
    return make('section', { class: 'form-section' }, make('h2', {}, words.answers), make('div', { class: 'fields' }, ...inputs));
  }

  function shownText(paragraphs) {
    const rows = paragraphs.map((one, index) => make('p', { class: [one.bold && 'flagged', one.level === 2 && 'under'].filter(Boolean).join(' ') }, `${index + 1}  `, one.text, one.text_en ? make('small', { class: 'in-english d-block faint', lang: 'en' }, one.text_en) : null));
    return make('div', { class: 'clause keep-lines' }, ...rows);
  }

  function why(one) {
    const reason = area(one.reason, (value) => { one.reason = value; touched(); }, { maxlength: '300', rows: '2', required: '' });
    return make('div', { class: 'fields' },
      field(words.reason, reason, words.reason_missing),
      field(words.risk_of, choice(page.choices.risk, one.risk || 'mid', (value) => { one.risk = value; touched(); })));
  }

  function draw(clause) {
    const row = make('section', { class: 'wording-row', 'data-code': clause.code });
    fill(row, clause);
    return row;
  }

  function fill(row, clause) {
    const one = decided.get(clause.code);
    const stands = one?.kind === 'changed' || (clause.kind === 'alternative' ? isChosen(clause) : clause.kind === 'optional' && !clause.is_default ? one?.kind === 'taken_in' : one?.kind !== 'left_out');
    const tags = [];
    if (one && isDeviation(one)) tags.push(make('span', { class: 'tag tag-amber' }, one.kind === 'left_out' ? words.left_out : words.deviates));
    else if (!stands) tags.push(make('span', { class: 'tag' }, words.left_out));
    if (clause.kind === 'locked') tags.push(make('span', { class: 'tag tag-brand' }, words.locked));
    const deeds = make('div', { class: 'deeds' });
    const again = () => fill(row, clause);
    if (clause.kind === 'optional') deeds.append(field(words.taken, tick(stands, (value) => { decide(clause.code, value === clause.is_default ? null : { kind: value ? 'taken_in' : 'left_out' }); again(); })));
    if (clause.kind === 'alternative') {
      const pick = make('input', { type: 'radio', name: `group-${clause.group}`, checked: stands, onchange: () => {
        for (const other of page.clauses.filter((each) => each.group === clause.group)) decided.delete(other.code);
        if (!clause.is_default) decided.set(clause.code, { code: clause.code, kind: 'chosen' });
        touched();
        for (const other of page.clauses.filter((each) => each.group === clause.group)) fill(box.querySelector(`[data-code="${other.code}"]`), other);
      } });
      pick.id = `pick-${clause.code}`;
      pick.className = 'form-check-input';
      deeds.append(make('div', { class: 'form-check' }, pick, make('label', { class: 'form-check-label', for: pick.id }, words.taken)));
    }
    const holds = clause.paragraphs.some((part) => part.table === 'lines' || part.table === 'payment_plan');
    if (one && isDeviation(one)) deeds.append(make('button', { type: 'button', class: 'btn btn-quiet btn-sm', onclick: () => { decide(clause.code, null); again(); } }, words.restore));
    else if (stands) {
      deeds.append(make('button', { type: 'button', class: 'btn btn-quiet btn-sm', onclick: () => { decide(clause.code, { kind: 'changed', title: clause.title, title_en: clause.title_en, paragraphs: clause.paragraphs, risk: clause.risk }); again(); } }, words.change));
      if (clause.kind === 'locked' && !holds) deeds.append(make('button', { type: 'button', class: 'btn btn-ghost btn-sm', onclick: () => { decide(clause.code, { kind: 'left_out', risk: clause.risk }); again(); } }, words.leave_out));
    }
    row.classList.toggle('is-out', !stands);
    row.replaceChildren(make('header', {}, make('h3', {}, clause.title), ...tags, deeds));
    if (clause.guidance) row.append(make('p', { class: 'faint' }, clause.guidance));
    if (one?.kind === 'changed') {
      const writing = make('div', { class: 'words' });
      row.append(writing);
      textBox(writing, page, one.paragraphs, names, (paragraphs) => { one.paragraphs = paragraphs; touched(); });
    } else if (stands) {
      row.append(make('details', {}, make('summary', {}, words.text), shownText(clause.paragraphs)));
    }
    if (one && isDeviation(one)) row.append(why(one));
  }

  function isChosen(clause) {
    const those = page.clauses.filter((other) => other.group === clause.group);
    const wished = those.find((other) => decided.get(other.code)?.kind === 'chosen');
    return clause === (wished ?? those.find((other) => other.is_default) ?? those[0]);
  }

  function ownClause(one) {
    const row = make('section', { class: 'wording-row', 'data-code': one.code });
    const after = [['', words.before_last], ...page.clauses.map((clause) => [clause.code, clause.title])];
    row.append(
      make('header', {}, make('h3', {}, words.new), make('span', { class: 'tag tag-amber' }, words.added),
        make('div', { class: 'deeds' }, make('button', { type: 'button', class: 'btn btn-ghost btn-sm', onclick: () => { decide(one.code, null); row.remove(); } }, words.remove))),
      make('div', { class: 'fields' },
        field(words.title, line(one.title, (value) => { one.title = value; touched(); }, { maxlength: '80' })),
        inEnglish(words.title_en, line(one.title_en, (value) => { one.title_en = value; touched(); }, { maxlength: '120' })),
        field(words.stands_after, choice(after, one.after, (value) => { one.after = value; touched(); }))));
    const writing = make('div', { class: 'words' });
    row.append(writing, why(one));
    textBox(writing, page, one.paragraphs, names, (paragraphs) => { one.paragraphs = paragraphs; touched(); });
    return row;
  }

  const own = make('div', {});
  for (const one of decided.values()) if (one.kind === 'added') own.append(ownClause(one));
  const add = make('button', { type: 'button', class: 'btn btn-quiet', onclick: () => {
    let number = 1;
    while (decided.has(`own-${number}`)) number += 1;
    decided.set(`own-${number}`, { code: `own-${number}`, kind: 'added', title: words.new, paragraphs: [{ text: '…' }], after: '', risk: 'mid', reason: '' });
    const row = ownClause(decided.get(`own-${number}`));
    own.append(row);
    touched();
    row.querySelector('input').focus();
  } }, words.own_clause);
  box.replaceChildren(...[answers(), ...page.clauses.map(draw), own, add].filter(Boolean));
  tell();
  rememberEnglish(contract.is_bilingual);

  document.querySelector('[data-save]').addEventListener('click', save);
  document.querySelector('[data-back]').addEventListener('click', async (event) => {
    if (!isChanged && !saving) return;
    event.preventDefault();
    if (await save()) location.assign(event.target.closest('a').href);
  });
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') { event.preventDefault(); save(); }
  });
  addEventListener('beforeunload', (event) => { if (isChanged) event.preventDefault(); });
}
