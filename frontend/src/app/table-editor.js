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

// When each field was typed into, and when the server was asked: an answer knows nothing of what came after.
let moment = 0;
const typed = new Map();
const asked = new WeakMap();

document.addEventListener('input', (event) => {
  if (event.target.closest('[data-table-editor]')) typed.set(event.target, ++moment);
});

document.addEventListener('htmx:beforeRequest', (event) => {
  if (event.target.closest('[data-table-editor]')) asked.set(event.detail.xhr, moment);
});

function typedAfter(request) {
  for (const field of typed.keys()) if (!field.isConnected) typed.delete(field);
  return [...typed.keys()].filter((field) => typed.get(field) > asked.get(request));
}

function askAgain(field) {
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Another type draws the whole form anew, while the next field is typed into already. */
function carryOver(fields) {
  const kept = fields.filter((field) => field.id).map(({ id, value, checked, selectionStart }) => (
    { id, value, checked, selectionStart }));
  document.addEventListener('htmx:afterSwap', () => {
    for (const { id, value, checked, selectionStart } of kept) {
      const field = document.getElementById(id);
      if (!field) continue;
      if (field.type === 'checkbox') field.checked = checked;
      else field.value = value;
      if (field === document.activeElement && selectionStart != null) field.setSelectionRange(selectionStart, selectionStart);
    }
  }, { once: true });
  document.addEventListener('htmx:afterSettle', () => {
    for (const { id } of kept) {
      const field = document.getElementById(id);
      if (field) askAgain(field);
    }
  }, { once: true });
}

document.addEventListener('htmx:beforeSwap', (event) => {
  const { target, xhr, requestConfig } = event.detail;
  const later = typedAfter(xhr);
  if (!later.length) return;
  if (target.matches('[data-table-editor] [data-findings]')) {
    // Nothing is drawn anew under somebody's hands. Whoever leaves the field asks again, also if it says by then
    // what it said before.
    event.detail.shouldSwap = false;
    const field = later.find((one) => one === document.activeElement);
    field?.addEventListener('blur', () => askAgain(field), { once: true });
  } else if (target.matches('[data-table-editor]') && requestConfig.elt.matches('select')) {
    carryOver(later);
  }
});

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
