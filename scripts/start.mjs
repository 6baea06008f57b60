// `npm start`: opens VS Code with the extension on `examples/`. Works on a fresh clone.
import { runOnNode24 } from './setup.mjs';

runOnNode24('editor/start.ts');
