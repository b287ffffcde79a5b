// Who does a step: the role of its lane, a role, a person, the role that a value names; and who must not be the same.
import { setWord, word } from '../flow-words.js';
import { laneOf, roleOfLane } from '../lanes.js';
import { nameOf } from '../names.js';
import { t } from '../texts.js';
import { isPersonal } from '../ways.js';
import { check, h, hint, section, select, text } from './dom.js';

const OTHER = '?';
const NOBODY = { role: '', person: '', roleFrom: '' };
// Nothing has been said yet: an empty attribute would be taken away, and with it the choice.
const NO_VALUE = 'null';
const KINDS = ['role', 'person', 'roleFrom'];

export function whoPart(session, element, bo) {
  const assign = word(bo, 'assign');
  const kind = KINDS.find((one) => assign?.[one] !== undefined) ?? 'lane';
  const lane = laneOf(session, bo);
  const role = lane && roleOfLane(session, lane);
  const laneWords = role ? t('As the lane says: {role}', { role: role.label }) : t('As the lane says');
  const parts = [select({
    key: 'who', label: t('Done by'), value: kind,
    options: [{ value: 'lane', label: laneWords }, { value: 'role', label: t('Everybody with a role') }, { value: 'person', label: t('A certain person') }, { value: 'roleFrom', label: t('Everybody with the role that a value names') }],
    write: (given) => setWho(session, element, bo, given),
  })];
  if (kind === 'lane' && !role) parts.push(hint(t('No lane around it names a role: nobody would do it.')));
  if (kind === 'role') parts.push(rolePart(session, element, assign));
  if (kind === 'person') parts.push(personPart(session, element, assign));
  if (kind === 'roleFrom') parts.push(valuePart(session, element, assign));
  parts.push(distinctPart(session, element, bo));
  return section(t('Who'), ...parts);
}

function setWho(session, element, bo, kind) {
  if (kind === 'lane') setWord(session, element, 'assign', null);
  if (kind === 'role') setWord(session, element, 'assign', { ...NOBODY, role: session.registry.roles[0]?.code });
  if (kind === 'person') setWord(session, element, 'assign', { ...NOBODY, person: session.registry.persons[0]?.expression ?? 'starter' });
  if (kind === 'roleFrom') setWord(session, element, 'assign', { ...NOBODY, roleFrom: firstValue(bo) });
}

/** Of each of several the field that is most likely; else it has to be said. */
function firstValue(bo) {
  const each = bo.loopCharacteristics && word(bo.loopCharacteristics, 'each');
  return each?.as && each.as !== 'person' ? `${each.as}.role` : NO_VALUE;
}

function valuePart(session, element, assign) {
  return text({
    key: 'role-from', label: t('Expression'), value: assign.roleFrom === NO_VALUE ? '' : assign.roleFrom, kind: 'mono',
    help: t('It gives the code or the name of a role, such as member.role. What names no role goes to the role of the lane.'),
    write: (given) => setWord(session, element, 'assign', { roleFrom: given || NO_VALUE }),
  });
}

function rolePart(session, element, assign) {
  return select({
    key: 'role', label: t('Role'), value: assign.role,
    options: session.registry.roles.map((one) => ({ value: one.code, label: one.label })),
    write: (given) => setWord(session, element, 'assign', { role: given }),
  });
}

function personPart(session, element, assign) {
  const earlier = stepsBefore(session, element).map((one) => ({ value: `${one.id}.by`, label: t('Whoever did “{name}”', { name: nameOf(one) }) }));
  const known = session.registry.persons.map((one) => ({ value: one.expression, label: one.label }));
  const isKnown = [...known, ...earlier].some((one) => one.value === assign.person);
  const write = (given) => setWord(session, element, 'assign', { person: given });
  return h('div', {},
    select({
      key: 'person', label: t('Person'), value: isKnown ? assign.person : OTHER,
      options: [...known, ...(earlier.length ? [{ group: t('Of an earlier step'), options: earlier }] : []), { value: OTHER, label: t('Another expression') }],
      write: (given) => { if (given !== OTHER) write(given); else session.redrawPanel({ person: true }); },
    }),
    !isKnown || session.panelState?.person ? text({ key: 'person-text', label: t('Expression'), value: assign.person, kind: 'mono', write }) : null);
}

/** Steps that people do and that can come before this one. */
export function stepsBefore(session, element) {
  return session.elements()
    .filter((one) => one.id !== element.id && isPersonal(one))
    .filter((one) => session.isBefore(one.id, element.id))
    .map((one) => one.businessObject);
}

function distinctPart(session, element, bo) {
  const word_ = word(bo, 'distinct');
  const chosen = (word_?.from ?? '').split(/\s+/).filter(Boolean);
  const ids = [...new Set([...stepsBefore(session, element).map((one) => one.id), ...chosen])];
  if (!ids.length) return null;
  const write = (id) => (isOn) => {
    const from = isOn ? [...chosen, id] : chosen.filter((one) => one !== id);
    setWord(session, element, 'distinct', from.length ? { from: from.join(' ') } : null);
  };
  return h('details', { class: 'more', open: chosen.length > 0, 'data-details': 'distinct' }, h('summary', {}, t('Not by the same person as …')),
    ids.map((id) => check({ key: `distinct-${id}`, label: session.element(id) ? nameOf(session.element(id)) : id, value: chosen.includes(id), write: write(id) })));
}
