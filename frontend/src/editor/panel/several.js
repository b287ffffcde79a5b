// A step that several people do: each of a list, at once or in order, until enough of them are done.
import { setWord, word } from '../flow-words.js';
import { t } from '../texts.js';
import { nameOptions } from './condition.js';
import { h, hint, section, select, text } from './dom.js';

const SHARE = /^nrOfCompletedInstances\s*>=\s*nrOfInstances\s*\*\s*(0?\.\d+|1)$/;
const ANY = 'nrOfCompletedInstances >= 1';
const isMarker = (one) => one?.$type === 'bpmn:MultiInstanceLoopCharacteristics';

export function severalPart(session, element, bo) {
  const marker = bo.loopCharacteristics;
  if (marker && !isMarker(marker)) return null;
  const kind = kindOf(marker);
  const rows = [select({
    key: 'several', label: t('How many do it'), value: kind,
    options: [['one', 'One'], ['all', 'All of a list, at once'], ['order', 'All of a list, in order'], ['any', 'Any of a list: the first one counts'], ['share', 'A share of a list'], ...(kind === 'free' ? [['free', 'As its expression says']] : [])].map(([value, label]) => ({ value, label: t(label) })),
    write: (given) => setKind(session, element, bo, given),
  })];
  if (marker) {
    const each = word(marker, 'each');
    const lists = nameOptions(session, element.id, (one) => one.type.startsWith('list'));
    rows.push(lists.length ? select({ key: 'each-list', label: t('The list'), value: lists.some((one) => one.options.some((other) => other.value === each?.in)) ? each.in : '', options: [{ value: '', label: t('Another expression') }, ...lists], write: (given) => given && setWord(session, element, 'each', { in: given }, marker) }) : null);
    rows.push(text({ key: 'each-in', label: t('Each of'), value: each?.in ?? '', kind: 'mono', help: t('A list of people, such as ["wang", "zhao"]'), write: (given) => setWord(session, element, 'each', { in: given }, marker) }));
    rows.push(text({ key: 'each-as', label: t('One of them is called'), value: each?.as ?? '', kind: 'mono', write: (given) => setWord(session, element, 'each', { as: given }, marker) }));
    if (kind === 'share') rows.push(text({ key: 'share', label: t('Per cent of them'), type: 'number', min: 1, max: 100, value: String(Math.round(Number(SHARE.exec(condition(marker))[1]) * 100)), write: (given) => setCondition(session, element, marker, share(given)) }));
    if (kind === 'free') rows.push(text({ key: 'completion', label: t('Enough are done if'), value: condition(marker), kind: 'mono', write: (given) => setCondition(session, element, marker, given) }));
    rows.push(hint(t('What is written in the step stays with each of them.')));
  }
  return h('details', { class: 'part-more', open: Boolean(marker), 'data-details': 'several' }, h('summary', {}, t('Several people')), section('', ...rows));
}

const condition = (marker) => marker.completionCondition?.body ?? '';
const share = (percent) => `nrOfCompletedInstances >= nrOfInstances * ${Math.min(100, Math.max(1, Number(percent) || 50)) / 100}`;

function kindOf(marker) {
  if (!marker) return 'one';
  const body = condition(marker);
  if (!body) return marker.isSequential ? 'order' : 'all';
  if (body === ANY && !marker.isSequential) return 'any';
  return SHARE.test(body) && !marker.isSequential ? 'share' : 'free';
}

function setKind(session, element, bo, kind) {
  const modeling = session.get('modeling');
  if (kind === 'one') {
    modeling.updateProperties(element, { loopCharacteristics: undefined });
    return;
  }
  session.batch(() => {
    let marker = bo.loopCharacteristics;
    if (!marker) {
      marker = session.get('bpmnFactory').create('bpmn:MultiInstanceLoopCharacteristics');
      marker.$parent = bo;
      modeling.updateProperties(element, { loopCharacteristics: marker });
      setWord(session, element, 'each', { in: '[]', as: 'person', value: `${bo.id}.outcome`, into: `${bo.id}_outcomes` }, marker);
      if (!word(bo, 'assign')?.roleFrom) setWord(session, element, 'assign', { role: '', person: 'person' });
    }
    modeling.updateModdleProperties(element, marker, { isSequential: kind === 'order' });
    if (kind !== 'free') setCondition(session, element, marker, { any: ANY, share: share(50) }[kind] ?? '');
  });
}

function setCondition(session, element, marker, body) {
  const made = body ? session.get('bpmnFactory').create('bpmn:FormalExpression', { body }) : undefined;
  if (made) made.$parent = marker;
  session.get('modeling').updateModdleProperties(element, marker, { completionCondition: made });
}
