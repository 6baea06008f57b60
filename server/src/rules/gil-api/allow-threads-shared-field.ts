import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { certainty, otherEnd, placeOfAccess, racingAccesses } from '../support/pairs.ts';
import { storesWhatProcessHas } from '../support/same-value.ts';
import { quote } from '../support/words.ts';

/** The GIL is given up here: what races in this region races with the GIL as well. */
export const allowThreadsSharedField = defineRule({
  id: 'allow-threads-shared-field',
  family: 'gil-api',
  title: 'Shared state used while the thread is detached',
  severity: 'corruption',
  exposure: EVEN_WITH_GIL,
  supersedes: ['object-field-rmw', 'global-counter'],
  check(extension, report) {
    const detached = racingAccesses(
      extension,
      access => !access.atomic && access.function.detachedAt(access.step),
      partner => partner.kind !== 'read',
    );
    for (const racing of detached) {
      const { access } = racing;
      const subject = access.function.renderPlaceOf(access.step);
      report.at(placeOfAccess(access), {
        subject,
        message: `Without its thread state, with the GIL too, this uses ${quote(subject)} while another thread changes it. Copy it to a local before letting go.`,
        // What is only read is often kept from changing by the order of calls, which we can not see.
        confidence: access.kind === 'read' || storesWhatProcessHas(extension, access) ? 'possible' : certainty(access),
        ...otherEnd(racing),
        owner: access.struct ?? access.key,
      });
    }
  },
});
