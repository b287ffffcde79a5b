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
