// Small helps for what is typed: a comment that becomes required with the outcome chosen, and
// amounts written with separators once the field is left.
document.addEventListener('change', (event) => {
  const choice = event.target.closest('[data-outcomes] input[type="radio"]');
  if (!choice) return;
  const form = choice.form;
  const comment = form.querySelector('[data-comment]');
  if (!comment) return;
  const needed = choice.dataset.commentRequired === 'yes';
  comment.required = needed;
  const mark = form.querySelector('[data-comment-mark]');
  if (mark) mark.hidden = !needed;
});

document.addEventListener('focusout', (event) => {
  const field = event.target;
  if (!field.matches?.('.money-input')) return;
  const plain = field.value.replace(/[,，\s¥￥]/g, '');
  if (!/^-?\d+(\.\d{1,2})?$/.test(plain)) return;
  const [whole, cents = ''] = plain.split('.');
  field.value = `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${cents.padEnd(2, '0')}`;
});
