// What both pages say about saving.
import { Refused } from '../app/api.js';

/** Why it was not saved, in words: what is wrong with each field, else the whole. Other mistakes are thrown on. */
export function why(refusal) {
  if (!(refusal instanceof Refused)) throw refusal;
  return Object.values(refusal.body.errors ?? {}).flat().slice(0, 3).join(' ') || refusal.message;
}

/** 09:41, as the page's language writes it. */
export function timeOf(moment) {
  return new Date(moment).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
}
