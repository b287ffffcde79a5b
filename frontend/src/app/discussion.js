// A row's discussion: files by drop, paste and choice with their progress, and t for the next tab.
import { csrfToken } from './http.js';

document.addEventListener('htmx:beforeSwap', (event) => {
  // A refusal comes as 400 with the form and its reason: show it.
  if (event.detail.target.id === 'discussion' && event.detail.xhr.status >= 400 && event.detail.xhr.status < 410) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// Files ---------------------------------------------------------------------------------------------
function send(form, file, progress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append('files', file, file.name);
    request.open('POST', form.action);
    request.setRequestHeader('X-CSRFToken', csrfToken());
    request.setRequestHeader('HX-Request', 'true');
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener('loadend', () => resolve(request));
    request.send(body);
  });
}

async function upload(form, files) {
  const bar = form.querySelector('progress');
  const problems = [];
  let drawn = null;
  bar.hidden = false;
  for (const [number, file] of files.entries()) {
    bar.value = (100 * number) / files.length;
    if (file.size > Number(form.dataset.largest)) {
      problems.push(form.dataset.tooLarge.replace('{name}', file.name));
      continue;
    }
    const answer = await send(form, file, (part) => { bar.value = (100 * (number + part)) / files.length; });
    const page = new DOMParser().parseFromString(answer.responseText, 'text/html');
    const told = [...page.querySelectorAll('#discussion .talk > .note p')].map((one) => one.textContent);
    const fresh = page.getElementById('discussion');
    if (fresh) drawn = document.importNode(fresh, true);
    else told.push(form.dataset.failed.replace('{name}', file.name));
    problems.push(...told);
  }
  const place = document.getElementById('discussion');
  if (drawn && place) {
    // What is being typed stays in the field.
    drawn.querySelector('form.say textarea')?.replaceWith(place.querySelector('form.say textarea'));
    place.replaceWith(drawn);
    window.htmx.process(drawn);
  }
  const list = document.querySelector('#discussion [data-problems]');
  for (const note of document.querySelectorAll('#discussion .talk > .note')) note.remove();
  list?.replaceChildren(...problems.map((text) => {
    const line = document.createElement('li');
    line.textContent = text;
    return line;
  }));
  for (const done of document.querySelectorAll('form[data-upload] progress')) done.hidden = true;
}

document.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-upload]');
  if (!form || event.target.type !== 'file' || !event.target.files.length) return;
  upload(form, [...event.target.files]);
});

document.addEventListener('dragover', (event) => {
  const place = event.target.closest('#discussion');
  if (!place || ![...event.dataTransfer.types].includes('Files')) return;
  event.preventDefault();
  place.classList.add('is-over');
});
document.addEventListener('dragleave', (event) => {
  const place = event.target.closest?.('#discussion');
  if (place && !place.contains(event.relatedTarget)) place.classList.remove('is-over');
});
document.addEventListener('drop', (event) => {
  const place = event.target.closest('#discussion');
  const form = place?.querySelector('form[data-upload]');
  if (!form || !event.dataTransfer.files.length) return;
  event.preventDefault();
  place.classList.remove('is-over');
  upload(form, [...event.dataTransfer.files]);
});

// A screenshot in the clipboard has no name worth keeping: it gets the moment.
function named(file) {
  const moment = new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  return file.name === 'image.png' ? new File([file], `screenshot-${moment}.png`, { type: file.type }) : file;
}

document.addEventListener('paste', (event) => {
  const form = document.querySelector('#discussion form[data-upload]');
  const files = [...(event.clipboardData?.files ?? [])];
  if (!form || !files.length || form.closest('[hidden]') || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  upload(form, files.map(named));
});

// Tabs by keyboard ----------------------------------------------------------------------------------
document.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 't' || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest('input, textarea, select, [contenteditable="true"], dialog[open]')) return;
  const tabs = [...document.querySelectorAll('.tabs a[data-tab]')];
  if (tabs.length < 2) return;
  const at = tabs.findIndex((tab) => tab.hasAttribute('aria-current'));
  const next = tabs[(at + (event.shiftKey ? tabs.length - 1 : 1)) % tabs.length];
  event.preventDefault();
  next.click();
  next.focus();
});
