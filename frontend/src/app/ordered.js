// Lines of a list that are moved up and down by their buttons: <ul data-ordered> <li> ... <button data-move="up">.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-ordered] [data-move]');
  if (!button) return;
  const line = button.closest('li');
  const other = button.dataset.move === 'up' ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (button.dataset.move === 'up') other.before(line);
  else other.after(line);
  button.focus();
});
