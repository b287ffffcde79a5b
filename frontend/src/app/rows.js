// Rows of a form that are added and taken away: a Django formset.
//
//   <div data-rows="lines">                          the prefix of the formset
//     <input name="lines-TOTAL_FORMS">
//     <tbody data-rows-body> <tr data-row> ... <input name="lines-0-DELETE"> <button data-remove> </tr> </tbody>
//     <template data-row-template> ... __prefix__ ... </template>
//     <button data-add>
//   </div>
//
// After every change the box says "rows:changed". Without scripts the spare empty rows are enough.
function renumber(box) {
  let number = 0;
  for (const row of box.querySelectorAll('[data-row]:not([hidden])')) {
    number += 1;
    const shown = row.querySelector('[data-number]');
    if (shown) shown.textContent = number;
  }
}

function changed(box) {
  renumber(box);
  box.dispatchEvent(new CustomEvent('rows:changed', { bubbles: true }));
}

function add(box) {
  const total = box.querySelector(`[name="${box.dataset.rows}-TOTAL_FORMS"]`);
  const template = box.querySelector('template[data-row-template]');
  const holder = document.createElement('tbody');
  holder.innerHTML = template.innerHTML.replaceAll('__prefix__', total.value);
  const row = holder.firstElementChild;
  box.querySelector('[data-rows-body]').append(row);
  total.value = Number(total.value) + 1;
  window.htmx?.process(row);
  changed(box);
  row.querySelector('select, input:not([type="hidden"])')?.focus();
}

/** The row stays in the form, marked, so that the numbers of the others remain right. */
function remove(row) {
  const box = row.closest('[data-rows]');
  row.querySelector('[name$="-DELETE"]').checked = true;
  row.hidden = true;
  changed(box);
  box.querySelector('[data-add]')?.focus();
}

document.addEventListener('click', (event) => {
  const adder = event.target.closest('[data-add]');
  if (adder) add(adder.closest('[data-rows]'));
  const remover = event.target.closest('[data-remove]');
  if (remover) remove(remover.closest('[data-row]'));
});
