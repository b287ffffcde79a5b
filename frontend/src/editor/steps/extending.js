// One more step behind another, as the list of steps adds it: only above an amount if wished, an approval with its
// decision, somebody who is called when it takes too long. All of it is one step of undo.
import { parseDuration } from '../durations.js';
import { labelOf, word, words } from '../flow-words.js';
import { insertInto } from '../inserting.js';
import { roleOfLane } from '../lanes.js';
import { nameIn, setName } from '../names.js';
import { AIR, append, bottom, clear, middle } from '../placing.js';
import { laneFor, roomFor } from '../room.js';
import { newStep, stepType } from '../steps-factory.js';
import { DECISION, LOOKED_AFTER, careName, lateName } from './phrases.js';
import { route } from './routing.js';
import { decisionOf, isParallel, personalBefore, usualOutcome, wayOn } from '../ways.js';
import { assignOf } from './who.js';

// Room for the words of a condition, and for whoever looks after a step below it.
const GATE_GAP = 90;
const CARE_GAP = 230;

/**
 * Add a step behind `step`; the new one.
 *
 * plan: {type, name: {zh, en}, who, due, condition: {body, name, gate}, late: {after, who}}; `who` as in who.js,
 * `due` and `after` ISO durations in working time, `condition` and `late` may be missing. `name` of a condition is
 * that of its flow, `gate` that of the gateway, both {zh, en}.
 */
export function addStep(session, step, plan) {
  let made;
  session.batch(() => {
    const built = build(session, step, plan);
    made = built.step;
    if (plan.late) addCare(session, made, plan);
    for (const flow of built.ways) route(session, flow);
  });
  session.select(made.id);
  return made;
}

// Parts ------------------------------------------------------------------------------------------

function build(session, step, plan) {
  const modeling = session.get('modeling');
  const flow = wayOn(step) ?? endBehind(session, step);
  const { source } = flow;
  const target = meetingPoint(session, flow);
  const like = decisionOf(step);
  const back = like ? null : personalBefore(source);
  // Without a step before it there is nothing an approval could be returned to.
  const isDecided = plan.type === 'approval' && Boolean(like || back);
  const lane = laneFor(session, source, assignOf(plan.who ?? 'lane').role);
  const shapes = {
    gate: plan.condition && newStep(session, { ...stepType(session, 'choice'), group: 'steps', labels: plan.condition.gate }),
    step: newStep(session, typeOf(session, step, plan, lane, { like, isDecided })),
    decision: isDecided && newStep(session, { ...stepType(session, 'choice'), group: 'steps', labels: like ? namesOf(like.gateway) : DECISION }),
  };
  const pieces = [shapes.gate, shapes.step, shapes.decision].filter(Boolean);
  const gaps = { gate: GATE_GAP, step: plan.late ? CARE_GAP : AIR, decision: AIR };
  const sizes = Object.entries(shapes).filter(([, one]) => one).map(([name, one]) => ({ width: one.width, gap: gaps[name] }));
  const { places, isInRow } = roomFor(session, source, target, lane, sizes);
  const [first] = pieces.map((one, at) => modeling.createShape(one, places[at], source.parent));
  if (isInRow && shapes.gate) clearBelow(session, shapes.gate, target);
  modeling.reconnectEnd(flow, first, { x: first.x + first.width / 2, y: middle(first) });
  modeling.layoutConnection(flow);
  const ways = [];
  if (shapes.gate) {
    connect(session, shapes.gate, shapes.step, { body: plan.condition.body, names: plan.condition.name });
    ways.push(connect(session, shapes.gate, target, { isDefault: true }));
  }
  if (isDecided) ways.push(...decide(session, shapes, target, like, back));
  else ways.push(modeling.connect(shapes.step, target));
  return { step: shapes.step, ways };
}

/** The kind of step with the words of this plan. An approval behind an approval asks and shows what that one does. */
function typeOf(session, step, plan, lane, { like, isDecided }) {
  const type = stepType(session, plan.type);
  const isPersonal = type.bpmn === 'bpmn:UserTask';
  const { role, person } = assignOf(plan.who ?? 'lane'); // a new step is not offered the role that a value names
  const isOfLane = !role && !person ? true : Boolean(role && lane && roleOfLane(session, lane)?.code === role);
  const given = { ...type.words };
  if (isPersonal) {
    given.due = plan.due ? [{ in: plan.due }] : [];
    if (!isOfLane) given.assign = [role ? { role } : { person }];
    if (plan.type === 'approval' && like) Object.assign(given, likeApproval(step));
    else if (plan.type === 'approval' && !isDecided) given.outcome = type.words.outcome.slice(0, 1);
  }
  const labels = { ...type.labels, ...plan.name };
  return { ...type, labels, words: given };
}

function likeApproval(step) {
  const bo = step.businessObject;
  const shown = word(bo, 'workForm');
  const others = (word(bo, 'distinct')?.from ?? '').split(/\s+/).filter(Boolean);
  return {
    outcome: words(bo, 'outcome').map((one) => ({ code: one.code, style: one.style, comment: one.comment, labels: { zh: labelOf(one, 'zh'), en: labelOf(one, 'en') } })),
    distinct: [{ from: [...others, bo.id].join(' ') }],
    ...(shown && { workForm: [{ name: shown.name }] }),
  };
}

/** The ways out of the decision, which are given: like those of the approval before it, else on or back. */
function decide(session, { step, decision }, target, like, back) {
  session.get('modeling').connect(step, decision);
  const asked = (code) => `${step.id}.outcome == "${code}"`;
  if (!like) {
    const { labels } = session.registry.outcomes.find((one) => one.code === 'return') ?? {};
    return [connect(session, decision, target, { body: asked('approve') }), connect(session, decision, back, { isDefault: true, names: labels })];
  }
  const usual = usualOutcome(like.gateway.incoming[0].source);
  const standard = like.gateway.businessObject.default;
  const drawn = new Set();
  const ways = [];
  for (const { code, flow } of like.ways) {
    const isDefault = flow.businessObject === standard;
    if (isDefault && drawn.has(flow)) continue; // several outcomes go one way
    drawn.add(flow);
    ways.push(connect(session, decision, code === usual ? target : flow.target, { body: isDefault ? '' : asked(code), isDefault, names: namesOf(flow) }));
  }
  return ways;
}

/** A flow with its condition and names. */
function connect(session, source, target, { body = '', isDefault = false, names } = {}) {
  const modeling = session.get('modeling');
  const made = modeling.connect(source, target);
  if (body) modeling.updateProperties(made, { conditionExpression: session.get('bpmnFactory').create('bpmn:FormalExpression', { body }) });
  if (isDefault) modeling.updateProperties(source, { default: made.businessObject });
  for (const language of ['zh', 'en']) if (names?.[language]) setName(session, made, language, names[language]);
  return made;
}

/** Two ways may meet in a step, but not in a gateway that waits for all: there they meet before it. */
function meetingPoint(session, flow) {
  if (isParallel(flow.target)) insertInto(session, flow, stepType(session, 'choice'));
  return flow.target;
}

/** Room for the way past the new pieces. */
function clearBelow(session, gate, target) {
  clear(session, gate, { x: gate.x, y: bottom(gate) + 5, width: target.x - gate.x, height: AIR });
}

/** Whoever looks after it when it takes too long: beside the step, which goes on. */
function addCare(session, step, { late }) {
  const modeling = session.get('modeling');
  const type = stepType(session, 'late');
  const labels = lateName(parseDuration(late.after));
  const event = modeling.createShape(newStep(session, { ...type, labels, words: { ...type.words, timeDuration: late.after } }), { x: step.x + 30, y: bottom(step) }, step, { attach: true });
  // What stands where the row below the step will be moves down first, all of it.
  clear(session, step, { x: step.x + AIR, y: bottom(step) + AIR - 10, width: CARE_GAP, height: 2 * AIR });
  const { role, person } = assignOf(late.who);
  const task = stepType(session, 'task');
  const care = append(session, event, newStep(session, { ...task, labels: careName(namesOf(step)), words: { due: [{ in: 'P1D' }], assign: [role ? { role } : { person }] } }));
  append(session, care, newStep(session, { ...stepType(session, 'end'), group: 'steps', labels: LOOKED_AFTER }));
}

function endBehind(session, step) {
  return append(session, step, newStep(session, stepType(session, 'end'))).incoming[0];
}

const namesOf = (element) => ({ zh: nameIn(element, 'zh'), en: nameIn(element, 'en') });
