// The bell counts on by itself. It asks with the number it shows; as long as that is right the answer is
// 304 and empty. Nobody asks while the page is not looked at.
const EVERY_MS = 30_000;
const SLOWEST_MS = 300_000;
let wait = EVERY_MS;

async function ask(bell) {
  try {
    const answer = await fetch(bell.dataset.bell, {
      headers: { 'If-None-Match': bell.dataset.version, 'X-Requested-With': 'poll' },
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error', // signed out elsewhere: the next click will say so
    });
    if (answer.status === 200) show(bell, await answer.text(), answer.headers.get('ETag'));
    wait = answer.status < 400 ? EVERY_MS : Math.min(wait * 2, SLOWEST_MS);
  } catch {
    wait = Math.min(wait * 2, SLOWEST_MS);
  }
}

function show(bell, count, version) {
  const place = bell.querySelector('.n');
  place.textContent = count;
  place.hidden = count === '';
  if (version) bell.dataset.version = version;
}

async function tick() {
  const bell = document.querySelector('[data-bell]');
  if (bell && document.visibilityState === 'visible') await ask(bell);
  setTimeout(tick, wait);
}

setTimeout(tick, wait);
