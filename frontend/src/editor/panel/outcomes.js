// The ways to finish a step: one button each.
import { addWord, labelOf, removeWord, setLabel, updateWord, words } from '../flow-words.js';
import { language, t } from '../texts.js';
import { button, check, h, hint, section, select, text } from './dom.js';

const STYLES = [['primary', 'stands out'], ['quiet', 'plain'], ['danger', 'red']];

export function outcomesPart(session, element, bo) {
  const all = words(bo, 'outcome');
  const known = session.registry.outcomes.filter((one) => !all.some((other) => other.code === one.code));
  const add = select({
    key: 'add-outcome', label: t('Add a button'), value: '', tight: true,
    options: [{ value: '', label: t('＋ Add a button') }, ...known.map((one) => ({ value: one.code, label: one.labels[language] || one.code })), { value: '*', label: t('Another one') }],
    write: (code) => code && addOutcome(session, element, all, code),
  });
  return section(t('Buttons'), all.length ? null : hint(t('Without a button of its own the step is simply done.')), ...all.map((one) => outcomeRow(session, element, one)), add);
}

function addOutcome(session, element, all, code) {
  const known = session.registry.outcomes.find((one) => one.code === code);
  let free = 'outcome_1';
  for (let number = 2; all.some((one) => one.code === free); number += 1) free = `outcome_${number}`;
  const labels = known?.labels ?? { zh: '新的结果', en: 'New decision' };
  const style = all.length ? 'quiet' : 'primary';
  addWord(session, element, 'outcome', { code: known?.code ?? free, style, labels });
}

function outcomeRow(session, element, one) {
  const known = session.registry.outcomes.find((other) => other.code === one.code);
  const label = (of) => labelOf(one, of) || known?.labels[of] || '';
  const title = label(language) || one.code;
  return h('details', { class: 'row-card', 'data-details': `outcome-${one.code}` },
    h('summary', {}, h('span', { class: `dot ${one.style ?? 'quiet'}` }), h('span', {}, title), h('code', {}, one.code)),
    h('div', { class: 'fields' },
      text({ key: `${one.code}-zh`, label: t('Chinese'), value: label('zh'), write: (given) => setLabel(session, element, one, 'zh', given) }),
      text({ key: `${one.code}-en`, label: t('English'), value: label('en'), write: (given) => setLabel(session, element, one, 'en', given) }),
      select({ key: `${one.code}-style`, label: t('Look'), value: one.style ?? 'quiet', options: STYLES.map(([value, of]) => ({ value, label: t(of) })), write: (given) => updateWord(session, element, one, { style: given }) }),
      text({ key: `${one.code}-code`, label: t('Code'), value: one.code ?? '', kind: 'mono', write: (given) => updateWord(session, element, one, { code: given }) })),
    check({ key: `${one.code}-comment`, label: t('Asks for a comment'), value: one.comment === 'required', write: (isOn) => updateWord(session, element, one, { comment: isOn ? 'required' : '' }) }),
    button(t('Remove this button'), () => removeWord(session, element, one), { name: 'trash-2', kind: 'btn-ghost' }));
}
