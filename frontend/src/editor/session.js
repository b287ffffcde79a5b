// One open diagram, and what every part of the editor needs of it. Parts get the session and build on it:
//
//   session.modeler                 bpmn-js; session.get('modeling') gives one of its services
//   session.page                    what the page gave: key, name, rights, urls, decisions, forms, revision
//   session.registry                roles, persons, operations, forms ... (see api/editor_serializers.py)
//   session.element(id)             the shape or connection with this id
//   session.select(id)              select it and bring it into view (null: nothing is selected)
//   session.selected                the one selected element, else null; a label counts as what it names
//   session.onSelect(f)             f(element or null) whenever another one is selected
//   session.onChange(f)             f() after the drawing has changed, by whatever way; once for each step
//   session.wantsPanel              false: a selection does not bring the tab of properties to the front
//   session.showTab(name)           'steps', 'panel' or 'problems'
//   session.batch(f)                everything f changes is one step of undo
//   session.xml()                   the diagram as text
//   session.replace(xml)            another diagram in place of this one, undoable
//   session.undo(), session.redo()
//   session.problems                what the lint said last: {severity, code, element, message, hint, mend}
//   session.onProblems(f)           f(problems) when it has spoken anew
//   session.addStep(step, plan)     one more step behind another (steps/extending.js); session.removeStep(step)
//   session.onSaved(f)              f() after the draft was saved
//   session.namesAt(id)             the names an expression may read there (names-at.js); session.onNames(f)
//
// Changes of the model go through session.get('modeling'), those of flow: words through flow-words.js, so that
// undo works and everybody is told. Names in both languages: names.js. Texts of a part: t() of texts.js with
// the part's own words/zh-<part>.js.
import { flowElements } from './ways.js';

class BatchHandler {
  preExecute(context) {
    context.run();
  }
}

export class Session {
  constructor({ modeler, page, registry }) {
    Object.assign(this, { modeler, page, registry, problems: [], text: null, wantsPanel: true });
    this.before = []; // diagrams that were replaced, for undo
    this.after = [];
    this.heard = { change: new Set(), select: new Set(), problems: new Set(), saved: new Set() };
    this.get('commandStack').registerHandler('editor.batch', BatchHandler);
    modeler.on('commandStack.changed', () => this.changed());
    modeler.on('selection.changed', () => this.tellSelected());
  }

  get(service) {
    return this.modeler.get(service);
  }

  element(id) {
    return this.get('elementRegistry').get(id);
  }

  /** All steps, events, gateways and flows that are drawn; no labels, no sheets. */
  elements() {
    return flowElements(this.get('elementRegistry'));
  }

  /** The process that is drawn, as moddle has it. */
  get process() {
    const root = this.get('canvas').getRootElements?.()[0] ?? this.get('canvas').getRootElement();
    const all = this.modeler.getDefinitions().rootElements.filter((one) => one.$type === 'bpmn:Process');
    return all.find((one) => one.id === this.page.key) ?? all[0] ?? root.businessObject;
  }

  get selected() {
    const all = this.get('selection').get();
    return all.length === 1 ? all[0].labelTarget ?? all[0] : null;
  }

  select(id) {
    const element = id ? this.element(id) : null;
    this.get('selection').select(element ?? null);
    if (element) this.get('canvas').scrollToElement(element, { top: 80, right: 80, bottom: 100, left: 190 });
  }

  onSelect(listener) {
    return this.hear('select', listener);
  }

  onChange(listener) {
    return this.hear('change', listener);
  }

  onSaved(listener) {
    return this.hear('saved', listener);
  }

  onProblems(listener) {
    return this.hear('problems', listener);
  }

  batch(run) {
    this.get('commandStack').execute('editor.batch', { run });
  }

  /** Written once for each state, however many ask. */
  xml() {
    this.text ??= this.modeler.saveXML({ format: true }).then(({ xml }) => xml);
    return this.text;
  }

  /** Draw another diagram in place of this one. Undo brings the former one back. */
  async replace(xml) {
    this.before.push({ xml: await this.xml() });
    this.after = [];
    await this.draw(xml);
  }

  async draw(xml) {
    const chosen = this.selected?.id;
    const box = this.get('canvas').viewbox();
    await this.modeler.importXML(xml);
    if (box.outer?.width && box.width) this.get('canvas').viewbox({ x: box.x, y: box.y, width: box.width, height: box.height });
    if (chosen && this.element(chosen)) this.select(chosen);
    this.changed();
    this.tellSelected();
  }

  get canUndo() {
    return this.get('commandStack').canUndo() || this.before.length > 0;
  }

  get canRedo() {
    return this.get('commandStack').canRedo() || this.after.length > 0;
  }

  async undo() {
    if (this.get('commandStack').canUndo()) this.get('commandStack').undo();
    else await this.swap(this.before, this.after);
  }

  async redo() {
    if (this.get('commandStack').canRedo()) this.get('commandStack').redo();
    else await this.swap(this.after, this.before);
  }

  setProblems(problems) {
    this.problems = problems;
    this.tell('problems', problems);
  }

  // Parts ----------------------------------------------------------------------------------------

  async swap(from, to) {
    const wanted = from.pop();
    if (!wanted) return;
    to.push({ xml: await this.xml() });
    await this.draw(wanted.xml);
  }

  hear(what, listener) {
    this.heard[what].add(listener);
    return () => this.heard[what].delete(listener);
  }

  tell(what, ...given) {
    for (const listener of this.heard[what]) listener(...given);
  }

  changed() {
    this.text = null;
    this.tell('change');
  }

  tellSelected() {
    this.tell('select', this.selected);
  }
}
