// The canvas speaks the reader's language. BPMN has one name; for a reader of English the name is replaced by
// the English label while a shape is drawn or its text is edited, and never written over it.
import { leftEdge, wantedWidth } from '../../viewer/labels.js';
import { isOf, words } from '../flow-words.js';
import { language } from '../texts.js';

function withReaderName(element, run) {
  const bo = element.businessObject;
  if (!bo || language === 'zh') return run();
  const holder = bo.$type === 'bpmn:Participant' ? bo.processRef ?? bo : bo;
  const label = words(holder, 'label').find((one) => isOf(one, language))?.text;
  if (!label) return run();
  const { name } = bo;
  bo.name = label;
  try {
    return run();
  } finally {
    if (name === undefined) delete bo.name;
    else bo.name = name;
  }
}

/** A text beside its symbol is drawn as wide as it wants to be; its box in the file stays as it is. */
function drawWide(label, draw) {
  const { width } = label;
  const wanted = wantedWidth(label.businessObject.name ?? '');
  if (wanted <= width) return draw();
  const shift = leftEdge(label, wanted) - label.x;
  label.width = wanted;
  try {
    const picture = draw();
    picture?.setAttribute('transform', `translate(${shift} 0)`);
    return picture;
  } finally {
    label.width = width;
  }
}

function ReaderNames(eventBus, bpmnRenderer, labelEditingProvider, canvas, graphicsFactory, injector) {
  for (const deed of ['drawShape', 'drawConnection']) {
    const draw = bpmnRenderer[deed].bind(bpmnRenderer);
    bpmnRenderer[deed] = (parent, element, attrs) => withReaderName(element, () => (
      element.type === 'label' ? drawWide(element, () => draw(parent, element, attrs)) : draw(parent, element, attrs)
    ));
  }
  const activate = labelEditingProvider.activate.bind(labelEditingProvider);
  labelEditingProvider.activate = (element) => withReaderName(element, () => activate(element));
  const update = labelEditingProvider.update.bind(labelEditingProvider);
  labelEditingProvider.update = (element, text, before, bounds) => {
    if (language === 'zh' || !element.businessObject.$instanceOf('bpmn:FlowElement')) return update(element, text, before, bounds);
    return injector.get('readerNames').rename(element, text);
  };
  // A text beside its symbol is a shape of its own: it follows what has changed.
  eventBus.on('elements.changed', ({ elements }) => {
    for (const element of elements) {
      for (const label of element.labels ?? []) {
        const picture = canvas.getGraphics(label);
        if (picture) graphicsFactory.update('shape', label, picture);
      }
    }
  });
  this.rename = () => {}; // index.js gives it: names.js with the session
}
ReaderNames.$inject = ['eventBus', 'bpmnRenderer', 'labelEditingProvider', 'canvas', 'graphicsFactory', 'injector'];

export default { __init__: ['readerNames'], readerNames: ['type', ReaderNames] };
