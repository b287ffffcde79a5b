// What everything has: its name in both languages.
import { nameIn, setName } from '../names.js';
import { t } from '../texts.js';
import { section, text } from './dom.js';

export function generalPart(session, element, bo) {
  const write = (language) => (given) => setName(session, element, language, given, bo);
  return section('',
    text({ key: 'name-zh', label: t('Chinese name'), value: nameIn(bo, 'zh'), write: write('zh') }),
    text({ key: 'name-en', label: t('English name'), value: nameIn(bo, 'en'), write: write('en') }));
}
