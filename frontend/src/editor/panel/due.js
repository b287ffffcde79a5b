// Until when a step is done, in working time or on a day, and at which share of it people are reminded; its priority.
import { parseDuration, writeDuration } from '../durations.js';
import { setWord, word } from '../flow-words.js';
import { t } from '../texts.js';
import { amount, check, choice, h, hint, section, text } from './dom.js';
import { dayField } from './timer.js';

const SHARES = [['remind', 'Remind whoever does it', 100], ['copy', 'Tell the manager', 150], ['handover', 'The manager may give it to somebody else', 200]];

const NO_SHARES = { remind: '', copy: '', handover: '' };

/** The units of a deadline, as choices. */
export const workingUnits = () => ['days', 'hours', 'minutes', 'weeks'].map((unit) => ({ value: unit, label: t(`working ${unit}`) }));

export function duePart(session, element, bo) {
  const due = word(bo, 'due');
  const write = (values) => setWord(session, element, 'due', values);
  const toggle = check({ key: 'due', label: t('It has a deadline'), value: Boolean(due), write: (isOn) => write(isOn ? { in: 'P2D' } : null) });
  const rows = [toggle];
  if (due) {
    const isOnDay = due.on !== undefined;
    rows.push(choice({
      key: 'due-kind', legend: t('It is due'), value: isOnDay ? 'on' : 'in',
      options: [{ value: 'in', label: t('After some time') }, { value: 'on', label: t('On a day') }],
      write: (kind) => write(kind === 'on' ? { on: 'today()', in: '', ...NO_SHARES } : { on: '', in: 'P2D', ...NO_SHARES }),
    }));
    rows.push(isOnDay ? dayField(session, element, due.on, (given) => write({ on: given })) : spanPart(due, write));
    if (isOnDay) rows.push(hint(t('100 % is that day; what exceeds it comes after it, 50 % a working day.')));
    rows.push(h('details', { class: 'more', 'data-details': 'shares' }, h('summary', {}, t('Reminders')), SHARES.map((share) => sharePart(due, share, write))));
  }
  return section(t('Deadline'), ...rows);
}

function spanPart(due, write) {
  const value = parseDuration(due.in);
  return value
    ? amount({ key: 'due-in', label: t('To be done within'), value, units: workingUnits(), write: (given) => write({ in: writeDuration(given) }) })
    : text({ key: 'due-text', label: t('To be done within'), value: due.in ?? '', kind: 'mono', help: t('Such as P1DT4H: one working day and four hours'), write: (given) => write({ in: given }) });
}

function sharePart(due, [name, label, usual], write) {
  const isOff = due[name] === 'none';
  const shown = isOff ? '' : due[name] ?? String(usual);
  return h('div', { class: 'share' },
    check({ key: `${name}-on`, label: t(label), value: !isOff, write: (isOn) => write({ [name]: isOn ? '' : 'none' }) }),
    isOff ? null : h('div', { class: 'percent' }, text({ key: name, label: t(label), tight: true, type: 'number', min: due.on === undefined ? 1 : 100, max: 1000, value: shown, write: (given) => write({ [name]: Number(given) === usual ? '' : given }) }), '%'));
}

export function priorityPart(session, element, bo) {
  const value = word(bo, 'priority')?.value ?? '50';
  return text({
    key: 'priority', label: t('Priority'), type: 'number', min: 0, max: 100, value, help: t('0 to 100; 50 is usual'),
    write: (given) => setWord(session, element, 'priority', given === '' || Number(given) === 50 ? null : { value: given }),
  });
}
