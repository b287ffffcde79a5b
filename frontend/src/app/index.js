// What every page does. Each module wires itself to the document once; work that belongs to a
// piece of the page is done by delegation, so that pieces swapped in by htmx need no set-up.
import './ime.js';
import './dates.js';
import './drafts.js';
import './submit.js';
import './appearance.js';
import './keys.js';
import './toasts.js';
import './dialogs.js';
import './find.js';
import './menus.js';
import './tabs.js';
import './inbox.js';
import './poll.js';
import './bell.js';
import './typed.js';
import './diagrams.js';
import './validate.js';
import './checks.js';
import './overtaken.js';
import './rows.js';
import './contract-editor.js';
import './allocation.js';
import './ticking.js';
import './discussion.js';
import './mentions.js';
import './narrow.js';
