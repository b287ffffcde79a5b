// The draft of a contract: sums while one types. The server computes all of it again when it saves.
//
// A product fills in unit, list price and price; a discount in percent moves the price, a price shows
// its discount; the sum of the lines is compared with the sum of the instalments.
import { tidyDate } from './dates.js';
import { cents, times, written, yuan } from './money.js';

const hundredths = cents; // a quantity has two decimals too

function field(row, name) {
  return row.querySelector(`[name$="-${name}"]`);
}

function rows(editor, prefix) {
  return [...editor.querySelectorAll(`[data-rows="${prefix}"] [data-row]:not([hidden])`)];
}

function chosen(row) {
  return field(row, 'product')?.selectedOptions[0]?.dataset ?? {};
}

/** What stands in the row of the product itself. (The options of the choice carry the same data.) */
function showProduct(row) {
  const product = chosen(row);
  row.querySelector('td[data-list-price]').textContent = product.listPrice ? yuan(cents(product.listPrice)) : '—';
  row.querySelector('small[data-unit]').textContent = product.unit ?? '';
}

/** A product was chosen: its unit and prices stand in the row. */
function fillProduct(row) {
  const product = chosen(row);
  showProduct(row);
  if (!product.listPrice) return;
  field(row, 'price').value = written(cents(product.listPrice));
  if (!field(row, 'quantity').value) field(row, 'quantity').value = '1';
}

function showDiscount(row) {
  const box = row.querySelector('[data-discount]');
  const list = cents(chosen(row).listPrice);
  const price = cents(field(row, 'price').value);
  if (!box || !list || price === null) return;
  box.value = String(Math.round((1 - price / list) * 10000) / 100);
}

function applyDiscount(row) {
  const list = cents(chosen(row).listPrice);
  const percent = Number(row.querySelector('[data-discount]').value.normalize('NFKC').replace('%', ''));
  if (!list || !Number.isFinite(percent) || percent < 0 || percent > 100) return;
  field(row, 'price').value = written(Math.round((list * (10000 - Math.round(percent * 100))) / 10000));
}

function showLine(row) {
  const quantity = hundredths(field(row, 'quantity').value);
  const price = cents(field(row, 'price').value);
  const known = quantity !== null && price !== null && field(row, 'product').value;
  const sum = known ? times(quantity, price) : 0;
  row.querySelector('[data-sum]').textContent = known ? yuan(sum) : '—';
  const floor = cents(chosen(row).floorPrice);
  const warning = row.querySelector('[data-below-floor]');
  if (warning) warning.hidden = !(known && floor !== null && price < floor);
  return sum;
}

function showAll(editor) {
  const total = rows(editor, 'lines').reduce((sum, row) => sum + showLine(row), 0);
  const planned = rows(editor, 'plan').reduce((sum, row) => sum + (cents(field(row, 'amount').value) ?? 0), 0);
  for (const place of editor.querySelectorAll('[data-total]')) place.textContent = yuan(total);
  for (const place of editor.querySelectorAll('[data-planned]')) place.textContent = yuan(planned);
  const difference = editor.querySelector('[data-difference]');
  if (!difference) return;
  const missing = total - planned;
  difference.className = missing === 0 ? 'tag tag-green' : 'tag tag-red';
  const text = missing === 0 ? 'agrees' : missing > 0 ? 'missing' : 'over';
  difference.textContent = difference.dataset[text].replace('{amount}', yuan(Math.abs(missing)));
}

function lastDayOf(year, month) {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The end that follows from the start and the longest term among the products; '' when unknown. */
function expectedEnd(editor) {
  const start = editor.querySelector('[name="start_on"]')?.value.trim() ?? '';
  const months = Math.max(0, ...rows(editor, 'lines').map((row) => Number(chosen(row).months) || 0));
  const parts = tidyDate(start).match(/^(\d{4})-(\d{2})-(\d{2})$/)?.map(Number);
  if (!months || !parts) return '';
  const [, year, month, day] = parts;
  if (month < 1 || month > 12 || day < 1 || day > lastDayOf(year, month)) return '';
  const lastDay = lastDayOf(year, month + months);
  const last = new Date(Date.UTC(year, month - 1 + months, Math.min(day, lastDay)));
  if (day <= lastDay) last.setUTCDate(last.getUTCDate() - 1);
  return last.toISOString().slice(0, 10);
}

/** The end follows the start and the products until somebody writes another one. */
function proposeEnd(editor) {
  const end = editor.querySelector('[name="end_on"]');
  const expected = expectedEnd(editor);
  if (!end || !expected || (end.value && end.dataset.proposed !== end.value)) return;
  end.value = expected;
  end.dataset.proposed = expected;
}

/** A saved end that is what would be proposed goes on following. */
function rememberProposal(editor) {
  const end = editor.querySelector('[name="end_on"]');
  if (end?.value && end.value === expectedEnd(editor)) end.dataset.proposed = end.value;
}

document.addEventListener('input', (event) => {
  const editor = event.target.closest('[data-contract-editor]');
  if (!editor) return;
  const row = event.target.closest('[data-row]');
  if (event.target.matches('[data-discount]')) applyDiscount(row);
  else if (event.target.matches('[name$="-price"]')) showDiscount(row);
  showAll(editor);
});

document.addEventListener('change', (event) => {
  const editor = event.target.closest('[data-contract-editor]');
  if (!editor) return;
  if (event.target.matches('[name$="-product"]')) {
    const row = event.target.closest('[data-row]');
    fillProduct(row);
    showDiscount(row);
  }
  if (event.target.matches('[name$="-product"], [name="start_on"]')) proposeEnd(editor);
  showAll(editor);
});

function start() {
  for (const editor of document.querySelectorAll('[data-contract-editor]')) {
    for (const row of rows(editor, 'lines')) {
      showProduct(row);
      showDiscount(row);
    }
    rememberProposal(editor);
    showAll(editor);
  }
}

document.addEventListener('rows:changed', (event) => {
  const editor = event.target.closest('[data-contract-editor]');
  if (editor) showAll(editor);
});
document.addEventListener('htmx:afterSettle', start);
start();
