// Copy here, paste in another diagram: what is copied lies in this browser's storage.
const PLACE = 'xiaoliu.editor.clipboard';

export function keepCopies(session) {
  const clipboard = session.get('clipboard');
  const moddle = session.get('moddle');
  let own;

  clipboard.set = (tree) => {
    own = tree;
    try {
      localStorage.setItem(PLACE, JSON.stringify(tree));
    } catch {
      // Too much for the browser: it can still be pasted in this diagram.
    }
  };
  clipboard.get = () => {
    const kept = localStorage.getItem(PLACE);
    return kept ? JSON.parse(kept, reviver(moddle)) : own;
  };
  clipboard.isEmpty = () => !localStorage.getItem(PLACE) && own === undefined;
}

/** JSON of moddle elements becomes moddle elements; one with the same id is made once. */
function reviver(moddle) {
  const made = new Map();
  return (_key, value) => {
    if (!value || typeof value !== 'object' || typeof value.$type !== 'string') return value;
    if (value.id && made.has(value.id)) return made.get(value.id);
    const { $type, ...attributes } = value;
    const element = moddle.create($type, attributes);
    if (value.id) made.set(value.id, element);
    return element;
  };
}
