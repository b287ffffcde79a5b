// A date is typed and shown as 2026-12-20 in every browser. The button opens the browser's own
// picker, which stands hidden beside the field and only hands its value over.
document.addEventListener('click', (event) => {
  const button = event.target.closest('.date-field .picker');
  if (!button) return;
  const native = button.parentElement.querySelector('.native');
  native.value = button.parentElement.querySelector('.form-control').value;
  native.showPicker?.();
});

document.addEventListener('change', (event) => {
  if (!event.target.matches('.date-field .native')) return;
  const field = event.target.parentElement.querySelector('.form-control');
  field.value = event.target.value;
  field.dispatchEvent(new Event('change', { bubbles: true }));
  field.focus();
});

/** 20261220, 2026/12/20, 2026年12月20日 and 2026.12.20 all become 2026-12-20. */
export function tidyDate(text) {
  const plain = text.trim().replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
  const parts = plain.match(/^(\d{4})[-/.年\s]+(\d{1,2})[-/.月\s]+(\d{1,2})日?$/);
  return parts ? `${parts[1]}-${parts[2].padStart(2, '0')}-${parts[3].padStart(2, '0')}` : text;
}

document.addEventListener('focusout', (event) => {
  if (event.target.matches?.('.date-field .form-control')) event.target.value = tidyDate(event.target.value);
});
