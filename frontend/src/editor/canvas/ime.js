// Chinese input methods: keys pressed while letters are composed belong to the composition (Enter would pick an
// entry of a menu and add a shape). diagram-js' searches listen to keyup only: they are told of the text when it is
// there, also when a word was chosen with the mouse.
const SEARCHES = '.djs-popup-search, .djs-search-container';

export function mindComposition(root = document) {
  root.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229) event.stopPropagation();
  }, true);
  const tell = (event) => {
    if (event.isComposing || !event.target.closest?.(SEARCHES)) return;
    event.target.dispatchEvent(new KeyboardEvent('keyup', { bubbles: true, key: 'Unidentified' }));
  };
  root.addEventListener('input', tell);
  root.addEventListener('compositionend', tell);
}
