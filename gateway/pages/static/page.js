// What every page needs; each module looks after its own elements.
import "./dialogs.js";
import "./forms.js";
import "./run.js";
import "./search.js";
import "./source.js";
import "./time.js";
import "./upload.js";
