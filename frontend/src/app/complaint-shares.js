// A ruling's shares sum to 100: what is left while one types; spare rows stay hidden until they are asked for.
function rowsOf(box) {
  return [...box.querySelectorAll('[data-share-row]')];
}

const isUsed = (row) => [...row.querySelectorAll('select, input')].some((one) => one.value);

function showSum(box) {
  const total = rowsOf(box).reduce((sum, row) => sum + (Number(row.querySelector('[data-share]').value) || 0), 0);
  box.querySelector('[data-share-sum]').textContent = `${total} %`;
  const tag = box.querySelector('[data-share-rest]');
  const left = 100 - total;
  tag.hidden = total === 0;
  tag.className = left === 0 ? 'tag tag-green' : left > 0 ? 'tag tag-amber' : 'tag tag-red';
  tag.textContent = tag.dataset[left === 0 ? 'agrees' : left > 0 ? 'missing' : 'over'].replace('{amount}', `${Math.abs(left)} %`);
  box.querySelector('[data-add-share]').hidden = !rowsOf(box).some((row) => row.hidden);
}

function start() {
  for (const box of document.querySelectorAll('[data-shares]:not([data-started])')) {
    box.dataset.started = '';
    rowsOf(box).forEach((row, index) => {
      row.hidden = index > 0 && !isUsed(row);
    });
    showSum(box);
  }
}

document.addEventListener('input', (event) => {
  const box = event.target.closest('[data-shares]');
  if (box) showSum(box);
});

document.addEventListener('click', (event) => {
  const box = event.target.closest('[data-add-share]')?.closest('[data-shares]');
  if (!box) return;
  const row = rowsOf(box).find((one) => one.hidden);
  if (!row) return;
  row.hidden = false;
  row.querySelector('select').focus();
  showSum(box);
});

document.addEventListener('htmx:afterSettle', start);
start();
