// A payment is spread over instalments: what is left, while one types.
import { cents, yuan } from './money.js';

function showRest(form) {
  const amount = cents(form.querySelector('[name="amount"]')?.value ?? form.dataset.amount) ?? 0;
  const spread = [...form.querySelectorAll('[data-allocation]')].reduce((sum, box) => sum + (cents(box.value) ?? 0), 0);
  for (const place of form.querySelectorAll('[data-spread]')) place.textContent = yuan(spread);
  const rest = form.querySelector('[data-rest]');
  if (!rest) return;
  const left = amount - spread;
  rest.hidden = amount === 0 && spread === 0;
  rest.className = left === 0 ? 'tag tag-green' : left > 0 ? 'tag tag-amber' : 'tag tag-red';
  rest.textContent = rest.dataset[left === 0 ? 'none' : left > 0 ? 'left' : 'over'].replace('{amount}', yuan(Math.abs(left)));
}

document.addEventListener('input', (event) => {
  const form = event.target.closest('[data-allocations]');
  if (form) showRest(form);
});

function start() {
  for (const form of document.querySelectorAll('[data-allocations]')) showRest(form);
}

document.addEventListener('htmx:afterSettle', start);
start();
