// The form "next step": what it is, who does it, above which amount only, until when, who is called when it takes too
// long. It stands in place of the list until it is sent or left.
import { calmly } from '../calm.js';
import { operatorsOf, writeCondition } from '../conditions.js';
import { writeDuration } from '../durations.js';
import { nameOf } from '../names.js';
import { conditionRow, figure } from '../panel/condition.js';
import { amount, button, h, select, text } from '../panel/dom.js';
import { workingUnits } from '../panel/due.js';
import { language, t } from '../texts.js';
import { decisionOf, personalBefore, wayOn } from '../ways.js';
import { whoOptions } from './who.js';

const NUMBERS = ['integer', 'decimal'];

export class NextStepForm {
  /** `done(made)` is told of the new step, or of null when the form is left. */
  constructor(session, after, done) {
    Object.assign(this, { session, after, done, error: '' });
    this.given = { type: 'approval', name: '', otherName: '', who: '', due: { amount: 2, unit: 'days' }, row: null, late: '' };
    this.box = h('form', { class: 'next-step-form', onsubmit: (event) => { event.preventDefault(); this.send(); }, onkeydown: (event) => this.key(event) });
    this.redraw = calmly(this.box, () => this.draw());
    this.draw();
  }

  /** Where names are asked for: the flow that the step will stand in. */
  get place() {
    return (wayOn(this.after) ?? this.after).id;
  }

  get names() {
    return this.session.namesAt?.(this.place) ?? [];
  }

  get isPersonal() {
    return ['approval', 'task'].includes(this.given.type);
  }

  set(changes) {
    Object.assign(this.given, changes);
    this.redraw();
  }

  draw() {
    const focus = this.box.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.box.replaceChildren(...this.fields().filter(Boolean));
    if (focus) this.box.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
  }

  fields() {
    const { session, given } = this;
    const types = session.registry.step_types.filter((one) => one.group === 'steps');
    return [
      h('h2', { class: 'what' }, t('Next step after “{name}”', { name: nameOf(this.after) })),
      this.error ? h('p', { class: 'said-wrong', role: 'alert' }, this.error) : null,
      select({ key: 'new-type', label: t('Kind'), value: given.type, options: types.map((one) => ({ value: one.id, label: one.label })), help: types.find((one) => one.id === given.type)?.hint, write: (type) => this.set({ type }) }),
      text({ key: 'new-name', label: t('Name'), value: given.name, placeholder: t('Such as: legal review'), write: (name) => Object.assign(given, { name }) }),
      text({ key: 'new-other-name', label: language === 'zh' ? t('English name') : t('Chinese name'), value: given.otherName, help: t('May be left empty'), write: (otherName) => Object.assign(given, { otherName }) }),
      this.isPersonal ? select({ key: 'new-who', label: t('Done by'), value: given.who, options: [{ value: '', label: t('Choose …') }, ...whoOptions(session)], write: (who) => Object.assign(given, { who }) }) : null,
      this.condition(),
      this.isPersonal ? amount({ key: 'new-due', label: t('To be done within'), value: given.due, units: workingUnits(), help: t('Empty: no deadline'), write: (due) => this.set({ due }) }) : null,
      this.isPersonal && Number(given.due.amount) > 0 ? this.late() : null,
      given.type === 'approval' ? h('p', { class: 'form-text' }, this.promise()) : null,
      h('div', { class: 'deeds' }, h('button', { type: 'submit', class: 'btn btn-sm btn-primary', 'data-key': 'new-add' }, t('Add the step')), button(t('Cancel'), () => this.done(null), { key: 'new-cancel' })),
    ];
  }

  condition() {
    const { given, names } = this;
    const usual = names.find((one) => NUMBERS.includes(one.type)) ?? names[0];
    if (!usual) return null;
    const begin = () => ({ path: usual.path, operator: NUMBERS.includes(usual.type) ? '>' : operatorsOf(usual.type)[0], value: usual.type === 'boolean' ? 'true' : usual.choices[0] ?? '' });
    return h('div', {},
      select({ key: 'new-when', label: t('When it is done'), value: given.row ? 'if' : 'always', options: [{ value: 'always', label: t('Always') }, { value: 'if', label: t('Only if …') }], write: (when) => this.set({ row: when === 'if' ? begin() : null }) }),
      given.row ? conditionRow(this.session, given.row, 0, names, { id: this.place, prefix: 'new-', write: (changes) => this.set({ row: { ...given.row, ...changes, ...this.usualOperator(changes) } }) }) : null);
  }

  /** A number is usually more than something. */
  usualOperator(changes) {
    const isNumber = changes.path && NUMBERS.includes(this.names.find((one) => one.path === changes.path)?.type);
    return isNumber ? { operator: '>' } : {};
  }

  late() {
    const { given } = this;
    const nobody = { value: '', label: t('Nobody: reminders only') };
    return select({ key: 'new-late', label: t('If not done by then, call in'), value: given.late, options: [nobody, ...whoOptions(this.session)], write: (late) => Object.assign(given, { late }) });
  }

  /** What an approval does besides going on. */
  promise() {
    if (decisionOf(this.after)) return t('It asks for the same decisions as “{name}”, and they lead to the same places.', { name: nameOf(this.after) });
    const back = personalBefore(this.after);
    return back ? t('Approved, the case goes on; returned, it goes back to “{name}”.', { name: nameOf(back) }) : t('There is no step before it to return to: it can only be approved.');
  }

  key(event) {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    this.done(null);
  }

  send() {
    this.error = this.refusal();
    if (this.error) this.draw();
    else this.done(this.session.addStep(this.after, this.plan()));
  }

  refusal() {
    const { row, name, who } = this.given;
    if (!name.trim()) return t('Give the step a name.');
    if (this.isPersonal && !who) return t('Say who does it.');
    const type = row && this.names.find((one) => one.path === row.path)?.type;
    if (NUMBERS.includes(type) && !/^-?\d+(\.\d+)?$/.test(row.value.trim())) return t('Say the number that it is compared with.');
    return row && !row.value.trim() ? t('Say what it is compared with.') : '';
  }

  plan() {
    const { type, name, otherName, who, due, late } = this.given;
    const other = language === 'zh' ? 'en' : 'zh';
    const isTimed = this.isPersonal && Number(due.amount) > 0;
    return {
      type,
      name: { [language]: name.trim(), ...(otherName.trim() && { [other]: otherName.trim() }) },
      who: this.isPersonal ? who : undefined,
      due: isTimed ? writeDuration(due) : '',
      condition: this.plannedCondition(),
      late: isTimed && late ? { after: writeDuration(due), who: late } : undefined,
    };
  }

  plannedCondition() {
    const { row } = this.given;
    if (!row) return undefined;
    const known = this.names.find((one) => one.path === row.path);
    const value = known.labels?.[row.value] ?? row.value;
    const said = known.type === 'boolean' ? known.label : `${known.label} ${SIGNS[row.operator]} ${figure(value)}`;
    return {
      body: writeCondition({ join: 'and', rows: [row] }, () => known.type),
      name: inBoth(said),
      gate: inBoth(`${known.label}${language === 'zh' ? '？' : '?'}`),
    };
  }
}

/** BPMN's own name is the Chinese one: it is not left empty by whoever writes English. */
function inBoth(text) {
  return language === 'zh' ? { zh: text, en: '' } : { zh: text, en: text };
}

const SIGNS = { '==': '=', '!=': '≠', '>': '>', '>=': '≥', '<': '<', '<=': '≤' };
