// Times as the rest of the pages write them: 14:03 today, 2026-11-26 14:03 on another day.
export function clock(moment) {
  const at = new Date(moment);
  const two = (number) => String(number).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const day = (one) => `${one.getFullYear()}-${two(one.getMonth() + 1)}-${two(one.getDate())}`;
  return day(at) === day(new Date()) ? time : `${day(at)} ${time}`;
}
