// The editor's words. The English text is the key; Chinese stands in words/. bpmn-js asks for its own few
// texts through the same function.
import canvas from './words/zh-canvas.js';
import draw from './words/zh-draw.js';
import frame from './words/zh-frame.js';
import panel from './words/zh-panel.js';

const ZH = { ...canvas, ...draw, ...panel, ...frame };
const lower = Object.fromEntries(Object.entries(ZH).map(([text, zh]) => [text.toLowerCase(), zh]));

/** 'zh' or 'en': the language of the page. */
export const language = document.documentElement.lang.startsWith('en') ? 'en' : 'zh';

/** English texts that have been shown to readers of Chinese: for tests, which want none. */
export const missing = new Set();

/** A text in the reader's language; {name} is replaced by values.name. */
export function t(text, values = {}) {
  const found = language === 'zh' ? ZH[text] ?? lower[String(text).toLowerCase()] : text;
  const known = found ?? text;
  if (found === undefined && /[a-z]/i.test(text)) missing.add(text);
  return String(known).replace(/{(\w+)}/g, (all, name) => values[name] ?? all);
}

/** More Chinese words, from a part of the editor that is built apart. */
export function addWords(words) {
  Object.assign(ZH, words);
  for (const [text, zh] of Object.entries(words)) lower[text.toLowerCase()] = zh;
}

/** What the reader's language has of {zh, en}, else the other. */
export function told(both = {}) {
  return both[language] || both.zh || both.en || '';
}
