// Where new pieces of a drawing are put: between two that stand in one row, or in a row of their own in the lane of
// whoever does it. A role that has no lane yet gets one.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { setWord } from './flow-words.js';
import { laneOf, roleOfLane } from './lanes.js';
import { setName } from './names.js';
import { AIR, bottom, clear, makeRoomBetween, middle, overlaps, right } from './placing.js';

const HEIGHT = 80;
const PAD = 20;

/** The lane in which a role works, beside the one of this element; null where the drawing has none for anybody. */
export function laneFor(session, element, role) {
  const home = laneOf(session, element.businessObject);
  if (!home || !role || !is(element.parent, 'bpmn:Participant')) return home;
  const all = (session.process.laneSets ?? []).flatMap((set) => set.lanes ?? []);
  const found = [home, ...all].find((lane) => roleOfLane(session, lane)?.code === role);
  return found ?? newLane(session, home, role);
}

/** Room for pieces of these sizes, {width, gap}, behind an element: the middle of each. `target` is what follows. */
export function roomFor(session, source, target, lane, sizes) {
  const total = sizes.reduce((sum, { width, gap }) => sum + width + gap, -sizes.at(-1).gap);
  const home = laneOf(session, source.businessObject);
  const isInRow = lane === home && target.parent === source.parent && target.x >= right(source) && Math.abs(middle(source) - middle(target)) < HEIGHT / 2;
  if (isInRow) makeRoomBetween(session, source, target, total);
  const x = isInRow ? right(source) + AIR : startBeside(source, target, sizes[0].width);
  const y = isInRow ? middle(source) : rowIn(session, source, lane, { x, width: total, height: HEIGHT });
  let at = x;
  return {
    isInRow,
    places: sizes.map(({ width, gap }) => {
      const place = { x: Math.round(at + width / 2), y: Math.round(y) };
      at += width + gap;
      return place;
    }),
  };
}

// Parts ------------------------------------------------------------------------------------------

function newLane(session, home, role) {
  const modeling = session.get('modeling');
  const made = modeling.addLane(session.element(home.id), 'bottom');
  const { labels } = session.registry.roles.find((one) => one.code === role);
  setName(session, made, 'zh', labels.zh);
  setName(session, made, 'en', labels.en);
  setWord(session, made, 'assign', { role });
  return made.businessObject;
}

/** Under the source where it goes down anyway, else a little to the right of it. */
function startBeside(source, target, width) {
  const center = source.x + source.width / 2;
  const goesDown = Math.abs(target.x + target.width / 2 - center) < 60;
  return Math.round(goesDown ? center - width / 2 : right(source) + AIR);
}

/** The middle of a free row in the lane; where it has none, a new one below everything in it. */
function rowIn(session, source, lane, rect) {
  const frame = lane && session.element(lane.id);
  const isHome = lane === laneOf(session, source.businessObject);
  if (frame && !isHome) {
    const first = Math.max(frame.y + PAD, middle(frame) - rect.height / 2);
    if (isFree(session, source, { ...rect, y: first })) return first + rect.height / 2;
  }
  const y = frame && !isHome ? bottom(frame) : belowAll(session, source, { ...rect, y: bottom(source) + AIR });
  clear(session, frame && !isHome ? frameSource(source, frame) : source, { ...rect, y }, lane);
  return y + rect.height / 2;
}

/** Below what begins in the source's own row and reaches into the room: that cannot move down. */
function belowAll(session, source, rect) {
  const reaching = session.elements().filter((one) => !one.waypoints && one !== source && one.parent === source.parent && one.y <= bottom(source) && overlaps(one, rect));
  return Math.max(rect.y, ...reaching.map((one) => bottom(one) + PAD));
}

/** What `clear` needs to know of where it begins: the row above the room, in the source's pool. */
function frameSource(source, frame) {
  return { parent: source.parent, businessObject: source.businessObject, y: bottom(frame) - 1, height: 0 };
}

function isFree(session, source, rect) {
  return !session.elements().some((one) => !one.waypoints && one.parent === source.parent && overlaps(one, rect));
}
