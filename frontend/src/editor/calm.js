// Fields are written when they are left, which a click on a button does too. What is drawn anew at once would take the
// button away under the pointer: it waits until the pointer is up.

/** draw, but not while a pointer is down in the box. */
export function calmly(box, draw) {
  let isDown = false;
  let isWaiting = false;
  box.addEventListener('pointerdown', () => {
    isDown = true;
    const release = () => setTimeout(() => {
      isDown = false;
      if (isWaiting) draw();
      isWaiting = false;
    });
    addEventListener('pointerup', release, { once: true });
    addEventListener('pointercancel', release, { once: true });
  });
  return () => {
    if (isDown) isWaiting = true;
    else draw();
  };
}

/** What is being typed in the box is written as soon as the pointer moves over the drawing: a click there finds it done. */
export function writeWhenLeft(box, drawing) {
  let known = '';
  box.addEventListener('focusin', (event) => { known = event.target.value; });
  box.addEventListener('change', (event) => { known = event.target.value; });
  drawing.addEventListener('pointermove', () => {
    const field = document.activeElement;
    if (!box.contains(field) || !field.matches('input, textarea') || field.value === known) return;
    const { key } = field.dataset;
    field.blur(); // writes it, and the field is drawn anew: one goes on typing at its end
    const again = key && box.querySelector(`[data-key="${CSS.escape(key)}"]`);
    again?.focus({ preventScroll: true });
    if (again?.matches('textarea, input:not([type="number"])')) again.setSelectionRange(again.value.length, again.value.length);
  });
}
