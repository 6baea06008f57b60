// `npm run real-python`: what the hazards do on a real free-threaded interpreter. Takes minutes, so it is not in `npm test`.
import { runOnNode24 } from './setup.mjs';

runOnNode24('real-python.ts');
