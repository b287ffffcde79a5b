// Chinese input methods: while letters are being composed, Enter chooses a word and must not
// submit, and half-typed pinyin must not start a search.
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229; // 229: Safari reports the closing Enter late
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && isComposing(event) && event.target.matches('input')) {
    event.stopImmediatePropagation();
    if (event.keyCode === 229) event.preventDefault();
  }
}, true);

document.addEventListener('input', (event) => {
  if (event.isComposing && event.target.matches('[hx-get], [hx-get] *')) event.stopImmediatePropagation();
}, true);

document.addEventListener('compositionend', (event) => {
  // The last input event of a composition was held back above: say now that the text is there.
  if (event.target.matches?.('[hx-get], [hx-get] *')) {
    event.target.dispatchEvent(new Event('input', { bubbles: true }));
  }
});
