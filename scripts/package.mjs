// `npm run package`: the extension as one file, for every platform. Works on a fresh clone.
import { runOnNode24 } from './setup.mjs';

runOnNode24('package.ts');
