// Who does a step, as one choice: what its lane says, a role, a person, the role that a value names.
import { labelOf, setWord, word } from '../flow-words.js';
import { laneOf, roleOfLane } from '../lanes.js';
import { nameOf } from '../names.js';
import { t } from '../texts.js';

/** {role}, {person}, {roleFrom} or {} for the lane, of a choice's value. */
export function assignOf(value) {
  const [kind, ...rest] = value.split(':');
  return kind === 'lane' || !rest.length ? {} : { [kind]: rest.join(':') };
}

export function valueOf(bo) {
  const assign = word(bo, 'assign');
  const kind = ['role', 'person', 'roleFrom'].find((one) => assign?.[one]);
  return kind ? `${kind}:${assign[kind]}` : 'lane';
}

/** The choices at a step, in groups; `earlier` are the steps whose people may be named. */
export function whoOptions(session, { lane, earlier = [], value = '', id = '' } = {}) {
  const role = lane && roleOfLane(session, lane);
  const options = [
    ...(lane === undefined ? [] : [{ value: 'lane', label: role ? t('As the lane says: {role}', { role: role.label }) : t('As the lane says') }]),
    { group: t('Everybody with a role'), options: session.registry.roles.map((one) => ({ value: `role:${one.code}`, label: one.label })) },
    { group: t('A certain person'), options: session.registry.persons.map((one) => ({ value: `person:${one.expression}`, label: one.label })) },
  ];
  if (earlier.length) options.push({ group: t('Of an earlier step'), options: earlier.map((one) => ({ value: `person:${one.id}.by`, label: t('Whoever did “{name}”', { name: nameOf(one) }) })) });
  const known = options.flatMap((one) => one.options ?? [one]);
  if (value && !known.some((one) => one.value === value)) options.push({ value, label: wordsOf(session, assignOf(value), id) });
  return options;
}

export function setWho(session, element, value) {
  const chosen = assignOf(value);
  setWord(session, element, 'assign', value === 'lane' ? null : { role: '', person: '', roleFrom: '', ...chosen });
}

/** Who does it, in the reader's words. */
export function whoWords(session, bo) {
  const value = valueOf(bo);
  if (value === 'lane') {
    const lane = laneOf(session, bo);
    return (lane && (roleOfLane(session, lane)?.label ?? nameOf({ businessObject: lane }))) || '';
  }
  return wordsOf(session, assignOf(value), bo.id);
}

/** `id`: the step whose names are meant. */
function wordsOf(session, { role, person, roleFrom }, id) {
  if (roleFrom === 'null') return t('Everybody with the role that a value names');
  if (roleFrom) {
    const known = session.namesAt?.(id)?.find((one) => one.path === roleFrom);
    return t('the role named by {value}', { value: known ? `“${known.label}”` : roleFrom });
  }
  if (role) return session.registry.roles.find((one) => one.code === role)?.label ?? role;
  const earlier = /^(\w+)\.by$/.exec(person);
  const step = earlier && session.element(earlier[1]);
  if (step) return t('Whoever did “{name}”', { name: nameOf(step) });
  return session.registry.persons.find((one) => one.expression === person)?.label ?? person;
}

/** The name of an outcome in the reader's language. */
export function outcomeWords(session, one, language) {
  const known = session.registry.outcomes.find((other) => other.code === one.code);
  return labelOf(one, language) || known?.labels[language] || one.code;
}
