// Publish what is drawn: saved first, with a note. Refusals are shown as the server says them.
import { ask, Refused } from './http.js';
import { h } from './panel/dom.js';
import { t } from './texts.js';

export function keepPublishing(session, box) {
  const opener = box.querySelector('[data-deed="publish"]');
  const dialog = document.getElementById('editor-publish');
  if (!opener || !dialog) return;
  const form = dialog.querySelector('form');
  const said = dialog.querySelector('[data-said]');

  opener.addEventListener('click', async () => {
    said.replaceChildren();
    dialog.showModal();
    try {
      await session.lint();
      tellProblems();
    } catch (refusal) {
      tell(refusal);
    }
  });

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const submit = form.querySelector('[type="submit"]');
    submit.setAttribute('aria-busy', 'true');
    try {
      if (session.revision === 0 && !session.isChanged) {
        tellNothing();
        return;
      }
      if (!(await session.save())) {
        dialog.close();
        return;
      }
      await ask('POST', session.page.urls.publish, { note: form.elements.note.value.trim() });
      session.isChanged = false;
      location.assign(session.page.urls.back);
    } catch (refusal) {
      tell(refusal);
    } finally {
      submit.removeAttribute('aria-busy');
    }
  });

  // The page of publishing shows what is saved.
  dialog.querySelector('[data-differences]').addEventListener('click', async (event) => {
    event.preventDefault();
    if (session.revision === 0 && !session.isChanged) tellNothing();
    else if (await session.save()) location.assign(event.target.href);
    else dialog.close();
  });

  function tellNothing() {
    said.replaceChildren(h('p', { class: 'bad', role: 'alert' }, t('Nothing has changed: this is what is in use.')));
  }

  function tellProblems() {
    const wrong = session.problems.filter((one) => one.severity === 'error');
    if (!wrong.length) return;
    said.replaceChildren(h('p', { class: 'bad' }, t('This has to be put right first:')), h('ul', {}, wrong.slice(0, 8).map((one) => h('li', {}, one.message))));
  }

  function tell(refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    said.replaceChildren(h('p', { class: 'bad', role: 'alert' }, refusal.message));
    if (refusal.body.problems) {
      session.setProblems(refusal.body.problems);
      tellProblems();
    }
  }
}
