// BPMN's own properties, for whoever knows them: id, documentation, script.
import { t } from '../texts.js';
import { h, hint, text } from './dom.js';
import { documentation, setDocumentation } from './process.js';

export function expertPart(session, element, bo) {
  const isProcess = bo.$type === 'bpmn:Process';
  return h('details', { class: 'part-more', 'data-details': 'expert' }, h('summary', {}, t('For experts')),
    isProcess ? null : text({ key: 'id', label: t('Id'), value: bo.id, kind: 'mono', help: t('Expressions name the step by it'), write: (id) => rename(session, element, bo, id) }),
    bo.$type === 'bpmn:ScriptTask' ? text({ key: 'script', label: t('Script'), rows: 5, kind: 'mono', value: bo.script ?? '', write: (script) => session.get('modeling').updateProperties(element, { script }) }) : null,
    isProcess ? null : text({ key: 'documentation', label: t('Documentation'), rows: 3, value: documentation(bo), write: (given) => setDocumentation(session, element, bo, given) }),
    h('p', { class: 'form-text' }, `${bo.$type.replace('bpmn:', '')}`), hintIfNamed(session, bo));
}

function rename(session, element, bo, id) {
  const isFree = /^[A-Za-z_][\w.-]*$/.test(id) && !session.get('moddle').ids.assigned(id);
  if (isFree) session.get('modeling').updateProperties(element, { id });
  else session.redrawPanel();
}

function hintIfNamed(session, bo) {
  return session.registry.step_types.some((one) => one.bpmn === bo.$type && one.bpmn === 'bpmn:UserTask') ? hint(t('Conditions read {names}', { names: `${bo.id}.outcome, ${bo.id}.comment, ${bo.id}.by` })) : null;
}
