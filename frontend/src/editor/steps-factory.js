// New steps from the registry's step types: with an id that expressions can read, names in both languages and the
// words they start with. All of it is in the shape before it is drawn, so that one undo takes it away.
import { makeLabel, makeWord } from './flow-words.js';

export function stepType(session, id) {
  return session.registry.step_types.find((one) => one.id === id);
}

/** A shape for modeling.createShape, autoPlace or create. */
export function newStep(session, type) {
  const { modeler } = session;
  const bo = modeler.get('bpmnFactory').create(type.bpmn, { id: freeId(session, type.prefix) });
  session.get('moddle').ids.claim(bo.id, bo);
  const isNamed = type.group !== 'flow';
  if (isNamed) bo.name = type.labels.zh;
  const values = isNamed && type.labels.en ? [makeLabel(modeler, 'en', type.labels.en)] : [];
  for (const [name, list] of Object.entries(type.words)) {
    if (Array.isArray(list)) values.push(...list.map((plain) => makeWord(modeler, name, plain)));
  }
  if (values.length) {
    const holder = modeler.get('bpmnFactory').create('bpmn:ExtensionElements', { values });
    holder.$parent = bo;
    for (const one of values) one.$parent = holder;
    bo.extensionElements = holder;
  }
  const shape = modeler.get('elementFactory').createShape({
    type: type.bpmn,
    businessObject: bo,
    ...(type.event && { eventDefinitionType: type.event }),
  });
  if (type.words.timeDuration) setDuration(modeler, bo, type.words.timeDuration);
  if (type.words.interrupts === false) bo.cancelActivity = false;
  return shape;
}

/** approval_1, approval_2 ...: the first that nothing in the diagram has. */
export function freeId(session, prefix) {
  const { ids } = session.get('moddle');
  for (let number = 1; ; number += 1) {
    const id = `${prefix}_${number}`;
    if (!ids.assigned(id)) return id;
  }
}

function setDuration(modeler, bo, text) {
  const timer = bo.eventDefinitions[0];
  timer.timeDuration = modeler.get('bpmnFactory').create('bpmn:FormalExpression', { body: text });
  timer.timeDuration.$parent = timer;
}
