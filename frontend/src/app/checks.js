// A number that cannot be right says so as soon as its field is left. The server checks again on saving.
async function check(input) {
  const url = new URL(input.dataset.checkUrl, location.href);
  url.searchParams.set('kind', input.dataset.check);
  url.searchParams.set('value', input.value);
  try {
    const answer = await fetch(url, { credentials: 'same-origin' });
    if (answer.ok && input.isConnected) show(input, (await answer.json()).error);
  } catch { /* offline: saving will tell */ }
}

function show(input, text) {
  const id = `${input.id}_error`;
  let place = document.getElementById(id);
  if (!text) {
    place?.remove();
    input.classList.remove('is-invalid');
    input.removeAttribute('aria-invalid');
    return;
  }
  if (!place) {
    place = document.createElement('div');
    place.className = 'field-error';
    place.id = id;
    place.setAttribute('aria-live', 'polite');
    input.closest('.field')?.append(place);
  }
  place.textContent = text;
  input.classList.add('is-invalid');
  input.setAttribute('aria-invalid', 'true');
  input.setAttribute('aria-describedby', `${input.id}_help ${id}`);
}

document.addEventListener('change', (event) => {
  // A form that checks itself asks about these numbers too.
  if (event.target.matches?.('[data-check]') && !event.target.form?.matches('[data-checks-itself]')) check(event.target);
});
