// Save the draft over the revision it was made from. What is not saved is also kept in this browser, so that a
// closed window, a lost connection or a second person's save loses nothing.
import { ask, Refused } from './http.js';
import { t } from './texts.js';
import { clock } from './moments.js';

const PAUSE_MS = 400; // until it is looked whether something has changed
const AUTOSAVE_MS = 5000;

export function keepSaved(session, box) {
  const { page } = session;
  const status = box.querySelector('[data-saved]');
  const storage = `xiaoliu.editor.${page.key}`;
  let saved = null; // the text that the server has
  let running = null;
  let looking = null;
  let saving = null;
  let isStale = false;

  session.revision = page.revision;
  session.isChanged = false;

  function say(text, kind = '') {
    status.textContent = text;
    status.dataset.kind = kind;
  }

  /** Save; true if the server has what is drawn. */
  session.save = () => {
    clearTimeout(saving);
    leaveField();
    running ??= write().finally(() => { running = null; });
    return running;
  };

  async function write() {
    const bpmn = await session.xml();
    if (bpmn === saved && !session.isChanged) return true;
    session.isSaving = true;
    say(t('Saving …'));
    try {
      const answer = await ask('PUT', page.urls.draft, {
        bpmn, revision: session.revision, decisions: page.decisions, forms: page.forms,
      });
      session.revision = answer.revision;
      saved = bpmn;
      session.isChanged = (await session.xml()) !== saved;
      if (!session.isChanged) localStorage.removeItem(storage);
      say(t('Saved at {time}', { time: clock(answer.updated_at) }), 'good');
      session.tell('saved');
      return true;
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      keep(bpmn);
      say(t('Could not be saved: {why}', { why: refusal.message }), 'bad');
      if (refusal.code === 'stale_revision') {
        isStale = true;
        askAboutStale(refusal.message);
      }
      return false;
    } finally {
      session.isSaving = false;
    }
  }

  /** A field that is being typed in is written when it is left. */
  function leaveField() {
    const field = document.activeElement;
    if (field?.matches('input, textarea') && box.contains(field)) field.dispatchEvent(new Event('change'));
  }

  function keep(bpmn) {
    try {
      localStorage.setItem(storage, JSON.stringify({ bpmn, revision: session.revision, at: new Date().toISOString() }));
    } catch {
      // The browser keeps nothing (private window, full): the drawing stays on the screen.
    }
  }

  session.warnStale = (by) => {
    if (isStale) return;
    isStale = true;
    askAboutStale(t('{name} has saved this draft meanwhile.', { name: by }));
  };

  function askAboutStale(why) {
    const dialog = document.getElementById('editor-stale');
    dialog.querySelector('[data-why]').textContent = why;
    if (!dialog.open) dialog.showModal();
  }

  document.getElementById('editor-stale').querySelector('[data-reload]').addEventListener('click', () => {
    session.isChanged = false; // it is kept in this browser
    location.reload();
  });

  async function look() {
    const bpmn = await session.xml().catch(() => null);
    if (bpmn === null) return;
    saved ??= bpmn; // the first time: what was loaded
    const changed = bpmn !== saved;
    if (changed) {
      keep(bpmn);
      say(t('Changes not saved'), 'open');
      clearTimeout(saving);
      if (!isStale) saving = setTimeout(session.save, AUTOSAVE_MS);
    } else if (session.isChanged) {
      clearTimeout(saving);
      localStorage.removeItem(storage);
      say('');
    }
    session.isChanged = changed;
  }

  session.onChange(() => {
    clearTimeout(looking);
    looking = setTimeout(look, saved === null ? 0 : PAUSE_MS);
  });

  addEventListener('beforeunload', (event) => {
    if (session.isChanged) event.preventDefault();
  });

  offerLeft();

  /** A drawing that was left unsaved in this browser. */
  function offerLeft() {
    let left = null;
    try {
      left = JSON.parse(localStorage.getItem(storage));
    } catch {
      return;
    }
    if (!left || left.bpmn === page.bpmn) return;
    const note = box.querySelector('[data-left]');
    note.querySelector('p').textContent = t('You left a drawing of {time} here that was not saved.', { time: clock(left.at) });
    note.hidden = false;
    note.querySelector('[data-take]').addEventListener('click', async () => {
      note.hidden = true;
      await session.replace(left.bpmn);
    });
    note.querySelector('[data-drop]').addEventListener('click', () => {
      note.hidden = true;
      localStorage.removeItem(storage);
    });
  }
}
