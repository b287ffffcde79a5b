// Loads the diagram viewer only where a diagram is shown: it weighs more than all the rest.
function start(root) {
  for (const box of root.querySelectorAll?.('[data-diagram]:not([data-started])') ?? []) {
    box.dataset.started = 'yes';
    import(box.dataset.viewer).then((module) => module.show(box)).catch((error) => {
      console.error(error);
      box.dataset.failed = 'yes';
      const message = box.querySelector('.loading');
      if (message) message.textContent = box.dataset.failedText;
    });
  }
}

start(document);
document.addEventListener('htmx:load', (event) => start(event.detail.elt.parentElement ?? document));
