// What new pieces of a drawing are called, in both languages.
const UNITS = { days: ['个工作日', 'working days'], hours: ['个工作小时', 'working hours'], minutes: ['分钟', 'minutes'], weeks: ['周', 'weeks'] };

export const DECISION = { zh: '意见？', en: 'Decision?' };
export const LOOKED_AFTER = { zh: '已督办', en: 'Looked after' };

export function lateName({ amount, unit }) {
  return { zh: `超过 ${amount} ${UNITS[unit][0]}`, en: `After ${amount} ${amount === 1 ? UNITS[unit][1].slice(0, -1) : UNITS[unit][1]}` };
}

export function careName(name) {
  return { zh: `督办：${name.zh}`, en: `Look after: ${name.en}` };
}
