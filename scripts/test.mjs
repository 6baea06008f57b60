// `npm test`: every test there is, on a fresh clone too.
import { runOnNode24 } from './setup.mjs';

runOnNode24('test-all.ts');
