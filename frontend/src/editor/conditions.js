// Conditions as rows: name, operator, value, joined by "and" or by "or". What cannot be said so stays an expression.
const LITERAL = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true|false|null)$/;
const PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;
const COMPARED = /^([\w.]+)\s*(==|!=|>=|<=|>|<)\s*(.+)$/;
export const OPERATORS = ['==', '!=', '>', '>=', '<', '<='];

/** {join: 'and' | 'or', rows: [{path, operator, value}]}; null for what is no such list. Values are plain texts. */
export function parseCondition(text = '') {
  const pieces = split(text.trim());
  if (!pieces) return null;
  const rows = pieces.parts.map(parseRow);
  return rows.includes(null) ? null : { join: pieces.join, rows };
}

/** The expression of the rows; `typeOf` gives the type of a name, which decides how its value is written. */
export function writeCondition({ join, rows }, typeOf) {
  return rows.filter((row) => row.path).map((row) => writeRow(row, typeOf(row.path))).join(` ${join} `);
}

/** The operators that make sense for a type. */
export function operatorsOf(type) {
  if (type === 'boolean') return ['=='];
  if (['integer', 'decimal', 'date', 'datetime'].includes(type)) return OPERATORS;
  return ['==', '!='];
}

/** A text as an expression writes it. */
export function quoted(text) {
  return `"${String(text).replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}

export function unquoted(text) {
  const inner = text.slice(1, -1);
  return inner.replace(/\\(.)/g, (_all, sign) => ({ n: '\n', t: '\t' })[sign] ?? sign);
}

export const isText = (literal) => /^["']/.test(literal);
export const isLiteral = (text) => LITERAL.test(text.trim());
export const isPath = (text) => PATH.test(text.trim());

// Parts ------------------------------------------------------------------------------------------

/** The pieces between "and" or between "or", outside of quotes; null if both occur, or brackets. */
function split(text) {
  if (!text) return { join: 'and', parts: [] };
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()[\]]|&&|\|\||[^\s()[\]"']+|\s+/g);
  if (!tokens || tokens.join('') !== text) return null;
  const joins = new Set();
  const parts = [''];
  for (const token of tokens) {
    if (['(', ')', '[', ']'].includes(token)) return null;
    const join = { and: 'and', '&&': 'and', or: 'or', '||': 'or' }[token];
    if (join) {
      joins.add(join);
      parts.push('');
    } else parts[parts.length - 1] += token;
  }
  if (joins.size > 1) return null;
  return { join: [...joins][0] ?? 'and', parts: parts.map((part) => part.trim()) };
}

function parseRow(part) {
  const negated = /^(?:not\s+|!\s*)([\w.]+)$/.exec(part);
  if (negated && isPath(negated[1])) return { path: negated[1], operator: '==', value: 'false', isBare: true };
  if (isPath(part) && !['true', 'false', 'null'].includes(part)) return { path: part, operator: '==', value: 'true', isBare: true };
  const found = COMPARED.exec(part);
  if (!found || !isPath(found[1]) || !isLiteral(found[3])) return null;
  const literal = found[3].trim();
  const value = isText(literal) ? unquoted(literal) : literal;
  return { path: found[1], operator: found[2], value, isBare: false, literal, was: value };
}

function writeRow(row, type) {
  const isBare = row.isBare ?? type === 'boolean';
  if (isBare && row.operator === '==') return row.value === 'false' ? `not ${row.path}` : row.path;
  // What was not changed is written as it was.
  const literal = row.literal !== undefined && row.value === row.was ? row.literal : literalOf(row.value, type);
  return `${row.path} ${row.operator} ${literal}`;
}

/** A value as the type wants it written. */
export function literalOf(value, type) {
  const text = String(value ?? '').trim();
  if (text === 'null') return 'null';
  if (['integer', 'decimal'].includes(type)) return /^-?\d+(\.\d+)?$/.test(text) ? text : '0';
  if (type === 'boolean') return text === 'false' ? 'false' : 'true';
  if (type === undefined && /^(-?\d+(\.\d+)?|true|false)$/.test(text)) return text;
  return quoted(value ?? '');
}
