// Save the draft over the revision it was made from. What is not saved is also kept in this browser, so that a
// closed window, a lost connection or a second person's save loses nothing.
import { ask } from './http.js';
import { t } from './texts.js';
import { clock } from './moments.js';

export function keepSaved(session, box) {
  const { page } = session;
  const status = box.querySelector('[data-saved]');
  const storage = `xiaoliu.editor.${page.key}`;
  let saved = null; // the text that the server has
  let running = null;

  session.revision = page.revision;
  session.isChanged = false;

  function say(text, kind = '') {
    status.textContent = text;
    status.dataset.kind = kind;
  }

  /** Save; true if the server has what is drawn. `always`: also make a draft of what is published. */
  session.save = ({ always = false } = {}) => {
    leaveField();
    running ??= write(always).finally(() => { running = null; });
    return running;
  };

  async function write(always) {
    const bpmn = await session.xml();
    if (bpmn === saved && !session.isChanged && !(always && session.revision === 0)) return true;
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
      keep(bpmn);
      say(t('Could not be saved: {why}', { why: refusal.message }), 'bad');
      if (refusal.code === 'stale_revision') askAboutStale(refusal);
      return false;
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

  function askAboutStale(refusal) {
    const dialog = document.getElementById('editor-stale');
    dialog.querySelector('[data-why]').textContent = refusal.message;
    if (!dialog.open) dialog.showModal();
  }

  document.getElementById('editor-stale').querySelector('[data-reload]').addEventListener('click', () => {
    session.isChanged = false; // it is kept in this browser
    location.reload();
  });

  session.onChange(async () => {
    const bpmn = await session.xml().catch(() => null);
    if (bpmn === null) return;
    saved ??= bpmn; // the first time: what was loaded
    const changed = bpmn !== saved;
    if (changed) {
      keep(bpmn);
      say(t('Changes not saved'), 'open');
    } else if (session.isChanged) {
      localStorage.removeItem(storage);
      say('');
    }
    session.isChanged = changed;
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
