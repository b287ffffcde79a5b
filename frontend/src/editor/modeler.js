// bpmn-js as we use it: the flow: words known, our fonts and colours, texts in the reader's language; ways and search
// are ours.
import Modeler from 'bpmn-js/lib/Modeler';
import minimap from 'diagram-js-minimap';

import laying from './canvas/laying.js';
import readerNames from './canvas/reader-names.js';
import searching from './canvas/searching.js';
import flow from './flow-moddle.json';
import { t } from './texts.js';

const FONTS = '"Inter UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';

// bpmn-js' own palette and context pad offer all of BPMN; ours offer business steps.
const OWN = { paletteProvider: ['value', null], contextPadProvider: ['value', null] };

export function createModeler(container, more = []) {
  return new Modeler({
    container,
    moddleExtensions: { flow },
    bpmnRenderer: {
      defaultFillColor: 'var(--bpmn-fill)',
      defaultStrokeColor: 'var(--bpmn-stroke)',
      defaultLabelColor: 'var(--bpmn-label)',
    },
    textRenderer: { defaultStyle: { fontFamily: FONTS, fontSize: 12 }, externalStyle: { fontSize: 12 } },
    additionalModules: [{ translate: ['value', t], ...OWN }, readerNames, searching, laying, minimap, ...more],
  });
}
