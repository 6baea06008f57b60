import type { FunctionView } from '../../analysis/view.ts';
import { defineRule } from '../rule.ts';
import { certainty, otherEnd, placeOfAccess, racingAccesses, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const bufferExportCount = defineRule({
  id: 'buffer-export-count',
  family: 'object-state',
  title: 'Count of exported buffers changed without a lock',
  severity: 'crash',
  supersedes: ['object-field-rmw'],
  check(extension, report) {
    const counts = racingAccesses(extension, access => {
      if (access.struct === null || access.kind !== 'update' || access.atomic || !isBufferSlot(access.function))
        return false;
      return access.type?.pointers === 0 && !access.key.endsWith('[]');
    });
    for (const racing of counts) {
      const { access } = racing;
      const subject = subjectOf(access);
      report.at(placeOfAccess(access), {
        subject,
        message: `Two threads can count ${quote(subject)} at once: a view is forgotten and its memory moved while in use. Lock the object.`,
        confidence: certainty(access),
        ...otherEnd(racing),
      });
    }
  },
});

function isBufferSlot(view: FunctionView): boolean {
  return view.surroundings.entryPoints.some(entry => /^`bf_(?:get|release)buffer`/.test(entry));
}
