// Lanes and their roles: who does a step that names nobody.
import { word } from './flow-words.js';

/** The innermost lane that an element stands in, through the subprocesses around it. */
export function laneOf(session, bo) {
  for (let at = bo; at && at.$type !== 'bpmn:Process'; at = at.$parent) {
    for (const set of session.process.laneSets ?? []) {
      const found = inSet(set, at);
      if (found) return found;
    }
  }
  return null;
}

/** {code, label} of the role a lane stands for: by its flow:assign, else by its name. */
export function roleOfLane(session, lane) {
  const code = word(lane, 'assign')?.role;
  const { roles } = session.registry;
  if (code) return roles.find((one) => one.code === code) ?? null;
  return roles.find((one) => [one.code, one.labels.zh, one.labels.en].includes(lane.name)) ?? null;
}

function inSet(set, bo) {
  for (const lane of set.lanes ?? []) {
    const inner = lane.childLaneSet && inSet(lane.childLaneSet, bo);
    if (inner) return inner;
    if ((lane.flowNodeRef ?? []).includes(bo)) return lane;
  }
  return null;
}
