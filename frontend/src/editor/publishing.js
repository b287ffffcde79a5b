// Publish what is drawn, or ask those who may: saved first, with a note. Refusals are shown as the server says them.
import { ask, Refused } from './http.js';
import { h } from './panel/dom.js';
import { t } from './texts.js';

export function keepPublishing(session, box) {
  const opener = box.querySelector('[data-deed="publish"]');
  const dialog = document.getElementById('editor-publish');
  if (!opener || !dialog) return;
  const form = dialog.querySelector('form');
  const said = dialog.querySelector('[data-said]');

  /** Who may not publish asks others to do so; so does who drew what takes a second person. */
  function mustAsk() {
    const { page } = session;
    const isMine = session.isChanged || session.revision !== page.revision || page.is_mine;
    return !page.may_publish || (page.takes_another && isMine);
  }

  opener.addEventListener('click', async () => {
    said.replaceChildren();
    const asks = mustAsk();
    for (const one of dialog.querySelectorAll('[data-asks]')) one.hidden = !asks;
    for (const one of dialog.querySelectorAll('[data-publishes]')) one.hidden = asks;
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
      const note = form.elements.note.value.trim();
      const asks = mustAsk();
      if (asks) await ask('PUT', session.page.urls.ask, { note, revision: session.revision });
      else await ask('POST', session.page.urls.publish, { note });
      session.isChanged = false;
      location.assign(asks ? dialog.querySelector('[data-differences]').href : session.page.urls.back);
    } catch (refusal) {
      tell(refusal);
    } finally {
      submit.removeAttribute('aria-busy');
    }
  });

  // The page of publishing shows what is saved.
  dialog.querySelector('[data-differences]').addEventListener('click', async (event) => {
    event.preventDefault();
    const { href } = event.currentTarget;
    if (session.revision === 0 && !session.isChanged) tellNothing();
    else if (await session.save()) location.assign(href);
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
