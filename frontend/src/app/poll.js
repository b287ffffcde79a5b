// The list keeps itself fresh. It asks with the version it has; the server answers 304 as long as
// nothing changed, which costs it one small statement. Nobody asks while the page is not looked at.
const EVERY_MS = 20_000;
const SLOWEST_MS = 300_000;

class Poll {
  constructor(box) {
    this.box = box;
    this.wait = EVERY_MS;
    this.firstRows = this.rows();
    this.schedule();
  }

  schedule() {
    setTimeout(() => this.tick(), this.wait);
  }

  async tick() {
    if (!this.box.isConnected) return;
    if (document.visibilityState === 'visible') await this.ask();
    this.schedule();
  }

  async ask() {
    try {
      const answer = await fetch(this.box.dataset.poll, {
        headers: { 'If-None-Match': this.box.dataset.version, 'X-Requested-With': 'poll' },
        cache: 'no-store',
        credentials: 'same-origin',
        redirect: 'error', // signed out elsewhere: the next click will say so
      });
      if (answer.headers.get('ETag')) this.box.dataset.version = answer.headers.get('ETag');
      if (answer.status === 200) {
        showCounts(answer.headers.get('X-Inbox-Counts') ?? '');
        this.offer(await answer.text());
      }
      this.wait = answer.status < 400 ? EVERY_MS : Math.min(this.wait * 2, SLOWEST_MS);
    } catch {
      this.wait = Math.min(this.wait * 2, SLOWEST_MS);
    }
  }

  rows() {
    return this.box.querySelectorAll('a.task').length;
  }

  /** Whoever has gone on to further pages is asked; nothing moves under their eyes. */
  offer(html) {
    if (this.rows() <= this.firstRows) {
      this.replace(html);
      return;
    }
    this.box.querySelector('.list-news')?.remove();
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-quiet list-news';
    button.textContent = this.box.dataset.news;
    button.addEventListener('click', () => {
      this.replace(html);
      this.box.scrollTop = 0;
    });
    this.box.prepend(button);
  }

  /** Put the fresh list in; keep where the reader is and which row has the focus. */
  replace(html) {
    const focused = this.box.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    const top = this.box.scrollTop;
    window.htmx.swap(this.box, html, { swapStyle: 'innerHTML' });
    this.box.scrollTop = top;
    this.firstRows = this.rows();
    for (const link of this.box.querySelectorAll('a.task')) {
      if (link.pathname === location.pathname) link.setAttribute('aria-current', 'true');
      if (focused && link.getAttribute('href') === focused) link.focus({ preventScroll: true });
    }
  }
}

/** "mine=3,queue=1000+": the numbers beside the boxes and in the navigation follow the list. */
function showCounts(text) {
  for (const [box, count] of text.split(',').filter(Boolean).map((pair) => pair.split('='))) {
    for (const place of document.querySelectorAll(`[data-count="${box}"]`)) {
      place.textContent = count;
      place.hidden = place.dataset.hideZero !== undefined && count === '0';
    }
  }
}

function start() {
  for (const box of document.querySelectorAll('[data-poll]:not([data-polling])')) {
    box.dataset.polling = 'yes';
    new Poll(box);
  }
}

start();
document.addEventListener('htmx:load', start);
