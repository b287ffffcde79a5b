// ISO 8601 durations as people say them: a number and a unit. What is more than that stays text.
export const UNITS = ['minutes', 'hours', 'days', 'weeks'];
const WRITTEN = { minutes: ['PT', 'M'], hours: ['PT', 'H'], days: ['P', 'D'], weeks: ['P', 'W'] };

/** {amount, unit} of P7D, PT4H ...; null for anything else. */
export function parseDuration(text = '') {
  const found = /^(?:P(\d+)([WD])|PT(\d+)([HM]))$/.exec(text.trim());
  if (!found) return null;
  const letter = found[2] ?? found[4];
  return { amount: Number(found[1] ?? found[3]), unit: { W: 'weeks', D: 'days', H: 'hours', M: 'minutes' }[letter] };
}

export function writeDuration({ amount, unit }) {
  const [before, after] = WRITTEN[unit];
  return `${before}${Math.max(0, Math.trunc(Number(amount) || 0))}${after}`;
}

/** {times, amount, unit} of R/P1D, R5/PT1H; times null: for ever. */
export function parseCycle(text = '') {
  const found = /^R(\d*)\/(.+)$/.exec(text.trim());
  const duration = found && parseDuration(found[2]);
  return duration ? { times: found[1] ? Number(found[1]) : null, ...duration } : null;
}

export function writeCycle({ times, amount, unit }) {
  return `R${times ?? ''}/${writeDuration({ amount, unit })}`;
}
