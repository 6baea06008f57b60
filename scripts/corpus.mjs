// `npm run corpus [-- NAME …]`: real extensions from Debian's source packages, scanned. Needs apt and the network, once.
import { runOnNode24 } from './setup.mjs';

runOnNode24('corpus.ts');
