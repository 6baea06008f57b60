// `npm run screenshots`: the pictures of the README, from the packaged extension in a real workbench.
import { runOnNode24 } from './setup.mjs';

runOnNode24('screenshots.ts');
