// Where clauses are written: a template on its own page, or the words of one contract.
import { showWording } from './wording.js';

const wording = document.querySelector('[data-wording]');
if (wording) showWording(wording, JSON.parse(document.getElementById('wording-page').textContent));
else if (document.querySelector('[data-clause-editor]')) import('./template.js');
