// Money in whole cents: sums of decimals must not drift by a cent.

/** "1,280.5" -> 128050; null for what is no amount. Full-width digits and signs are what an input method leaves. */
export function cents(text) {
  const plain = String(text ?? '').normalize('NFKC').replace(/[,\s¥]/g, '');
  const parts = plain.match(/^(-?)(\d{1,12})(?:\.(\d{1,2}))?$/);
  if (!parts) return null;
  const value = Number(parts[2]) * 100 + Number((parts[3] ?? '').padEnd(2, '0') || 0);
  return parts[1] ? -value : value;
}

/** 128050 -> "1,280.50" */
export function written(value) {
  const sign = value < 0 ? '-' : '';
  const digits = String(Math.abs(value)).padStart(3, '0');
  return `${sign}${digits.slice(0, -2).replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${digits.slice(-2)}`;
}

/** 128050 -> "¥1,280.50" */
export function yuan(value) {
  return `${value < 0 ? '-' : ''}¥${written(Math.abs(value))}`;
}

/** a × b of two numbers with two decimals each, half a cent up, as the server rounds. */
export function times(a, b) {
  const product = BigInt(a) * BigInt(b);
  const sign = product < 0n ? -1n : 1n;
  return Number(sign * ((product * sign + 50n) / 100n));
}
