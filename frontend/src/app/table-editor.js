// The editor of decision tables: the server draws it and judges it; here only what has to happen at once.
//
//   <form data-table-editor data-focus="r3-i0">       go on at this cell after the form was drawn anew
//     <td id="r0-i1"> <div data-cell> <select data-test> <... data-first> <... data-second> </div>
//         <div data-cell-error hidden> </td>
//     <div data-findings> <li data-at="r0-i1" data-short="what is wrong"> <a data-go="r0-i1">
function fieldIn(place) {
  if (!place || place.matches('input, select, button')) return place;
  return place.querySelector('input:not([type="hidden"], [hidden]), select');
}

/** A comparison shows as many values as it takes; hidden ones are not sent. */
function showValues(test) {
  const cell = test.closest('[data-cell]');
  const takesNone = ['any', 'empty', 'true', 'false'].includes(test.value);
  const takesTwo = ['between', 'inside'].includes(test.value);
  for (const [place, isShown] of [['[data-first]', !takesNone], ['[data-second]', takesTwo]]) {
    const part = cell.querySelector(place);
    if (!part) continue;
    part.hidden = !isShown;
    for (const field of part.matches('input') ? [part] : part.querySelectorAll('input')) field.disabled = !isShown;
  }
}

/** What the server has just said of single cells, beside them. */
function mark(form) {
  for (const error of form.querySelectorAll('[data-cell-error]')) {
    error.hidden = true;
    error.textContent = '';
    for (const field of error.parentElement.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
  }
  for (const said of form.querySelectorAll('[data-findings] [data-at]')) {
    const error = document.getElementById(`${said.dataset.at}-error`);
    if (!error?.matches('[data-cell-error]')) continue;
    error.hidden = false;
    error.textContent = `${error.textContent} ${said.dataset.short}`.trim();
    const field = error.parentElement.querySelector('[data-first]:not([hidden], span), .form-control, .form-select');
    field?.setAttribute('aria-invalid', 'true');
  }
}

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-table-editor] [data-test]')) showValues(event.target);
});

document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-go]');
  const place = link && document.getElementById(link.dataset.go);
  if (!place) return;
  event.preventDefault();
  place.closest('details')?.setAttribute('open', '');
  place.scrollIntoView({ block: 'center', inline: 'center' });
  fieldIn(place)?.focus();
});

document.addEventListener('htmx:afterSettle', (event) => {
  const form = event.target.closest?.('[data-table-editor]') ?? document.querySelector('[data-table-editor]');
  if (!form) return;
  if (event.target.matches?.('[data-findings]')) mark(form);
  else if (form.dataset.focus) fieldIn(document.getElementById(form.dataset.focus))?.focus();
});
