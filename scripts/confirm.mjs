// `npm run confirm`: races what findings say under ThreadSanitizer. Takes minutes to an hour, so it is not in `npm test`.
import { runOnNode24 } from './setup.mjs';

runOnNode24('confirm.ts');
