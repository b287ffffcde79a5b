// The page on which a process is drawn. The page gives, as JSON in <script id="editor-page">: the diagram with
// its revision, the addresses of the API, and what this person may do. session.js says how the parts share it.
import { mindComposition } from './canvas/ime.js';
import { showNextStep } from './canvas/next-step.js';
import { showPalette } from './canvas/palette.js';
import { keepCopies } from './copying.js';
import { keepExports } from './export.js';
import { ask } from './http.js';
import { createModeler } from './modeler.js';
import { keepFrame } from './frame.js';
import { keepNames } from './names-at.js';
import { setName } from './names.js';
import { showPanel } from './panel/index.js';
import { showProblems } from './problems.js';
import { keepPresence } from './presence.js';
import { keepPublishing } from './publishing.js';
import { keepSaved } from './saving.js';
import { Session } from './session.js';
import { language, missing, t } from './texts.js';
import { showSteps } from './steps/index.js';
import { showTabs } from './tabs.js';

const page = JSON.parse(document.getElementById('editor-page').textContent);
const box = document.querySelector('[data-editor]');

async function open() {
  const registry = await ask('GET', page.urls.registry);
  const modeler = createModeler(box.querySelector('.canvas'));
  const session = new Session({ modeler, page, registry });
  const parts = [showTabs, keepNames, showPalette, showNextStep, keepSaved, showProblems, showPanel, showSteps, keepPublishing, keepExports, keepCopies, keepFrame, keepPresence];
  modeler.get('readerNames').rename = (element, text) => setName(session, element, language, text);
  mindComposition();
  try {
    await modeler.importXML(page.bpmn);
  } catch (error) {
    fail(t('The diagram cannot be drawn: {why}', { why: error.message }));
    return;
  }
  for (const part of parts) part(session, box);
  session.changed();
  session.tellSelected();
  session.settleTabs();
  box.dataset.ready = 'yes';
  session.missingTexts = missing;
  window.editor = session; // for the browser's console and for tests
}

function fail(text) {
  const note = box.querySelector('.loading');
  note.textContent = text;
  note.setAttribute('role', 'alert');
}

open().catch((error) => {
  console.error(error);
  fail(error.message);
});
