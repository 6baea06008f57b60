/** Reporting one end of a racing pair, with the other end beside it. */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { isAbsolute, parameterOf, rootOf } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { Confidence } from '../finding.ts';
import type { Place } from '../rule.ts';
import { quote } from './words.ts';

export interface RacingAccess {
  readonly access: Access;
  /** Accesses that race with it, the most telling first. Never empty. */
  readonly partners: readonly Access[];
}

/**
 * For each function and datum the first access that passes the filter and races with something (with a partner that passes
 * its own filter, when one is given).
 */
export function* racingAccesses(
  extension: Extension,
  filter: (access: Access) => boolean,
  partnerFilter: (partner: Access) => boolean = () => true,
): Iterable<RacingAccess> {
  const seen = new Set<string>();
  for (const access of extension.accesses.racing) {
    if (!filter(access)) continue;
    const key = `${access.function.id} ${access.key} ${access.base ?? ''}`;
    if (seen.has(key)) continue;
    const partners = extension.accesses.conflicts(access, partnerFilter);
    if (partners.length === 0 || fixBelongsElsewhere(access, partners)) continue;
    seen.add(key);
    yield { access, partners };
  }
}

/**
 * A pair is reported once: an access that holds a lock is right when those that race with it hold none, and one that holds
 * the object's own lock (`''`) is right when the others hold something else.
 */
function fixBelongsElsewhere(access: Access, partners: readonly Access[]): boolean {
  if (access.locks.has('')) return partners.every(partner => !partner.locks.has(''));
  return access.locks.size > 0 && partners.every(partner => partner.locks.size === 0);
}

export function placeOfAccess(access: Access): Place {
  return { function: access.function, steps: [access.step] };
}

/** The partner's end, in words and as a place; nothing when the access races only with itself in another thread. */
export function otherEnd(racing: RacingAccess): {
  other?: Place;
  related: { at: Place; message: string }[];
  owner?: string;
} {
  const { struct } = racing.access;
  const owner = struct === null ? {} : { owner: struct };
  const others = racing.partners.filter(
    partner => partner.function !== racing.access.function || partner.step !== racing.access.step,
  );
  const [first] = others;
  const related = others.map(partner => ({ at: placeOfAccess(partner), message: describe(partner) }));
  return first === undefined ? { related, ...owner } : { other: placeOfAccess(first), related, ...owner };
}

function describe(access: Access): string {
  const verb = access.kind === 'read' ? 'reads' : access.kind === 'write' ? 'writes' : 'updates';
  return `\`${access.function.name}\` ${verb} it here, in another thread at the same time`;
}

/** A global, or a field of a struct that is one: one for the whole process. */
export function isProcessWide({ struct, base }: Access): boolean {
  return struct === null || (base !== null && isAbsolute(base) && rootOf(base) !== 'state');
}

/**
 * Code that nothing seems to call may be dead: a finding there is only possible. So is one that only exported functions lead to
 * which are named like a part of initialisation: their calls may stand in a macro or a file that we don't see.
 */
export function certainty(access: Access): Confidence {
  return isGivenFromOutside(access) ? 'possible' : certaintyIn(access.function);
}

/** Whose object it is only code outside of the extension knows: it passed it to an exported function. */
function isGivenFromOutside({ base, function: view }: Access): boolean {
  const parameter = base === null ? null : parameterOf(rootOf(base));
  return parameter !== null && view.surroundings.parameters[parameter]?.role === 'given';
}

export function certaintyIn(view: FunctionView): Confidence {
  if (view.isUnreached) return 'possible';
  const { contexts, entryPoints } = view.surroundings;
  return contexts.size === 1 && contexts.has('external') && entryPoints.every(name => SETS_UP.test(name))
    ? 'possible'
    : 'likely';
}

/** In the name of an exported function: `spam_init`, `ready_types`, `Spam_InitPaths`. */
const SETS_UP = /^`(?:\w*(?:_|[a-z]))?(?:[Ii]nit|INIT|[Rr]eady|[Ss]etup|[Rr]egister)(?:[A-Z_]\w*)?`/;

/** One lock cures all accesses to one object in one function: those of each object together, the first of them in front. */
export function byObject(racing: Iterable<RacingAccess>): [RacingAccess, ...RacingAccess[]][] {
  return grouped(racing, ({ access }) => `${access.function.id} ${access.base}`);
}

/** All racing accesses of one field or global together. */
export function byDatum(racing: Iterable<RacingAccess>): [RacingAccess, ...RacingAccess[]][] {
  return grouped(racing, ({ access }) => access.key);
}

function grouped<T>(all: Iterable<T>, keyOf: (one: T) => string): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

/** The place of a group, the other end of its first access, and where the rest stands. */
export function groupHazard([first, ...more]: readonly [RacingAccess, ...RacingAccess[]]): {
  place: Place;
  other?: Place;
  related: { at: Place; message: string }[];
  owner?: string;
} {
  const { related, ...other } = otherEnd(first);
  const also = more.map(({ access }) => ({
    at: placeOfAccess(access),
    message: `The same holds for ${quote(subjectOf(access))} here`,
  }));
  return {
    place: { function: first.access.function, steps: [first.access.step, ...more.map(one => one.access.step)] },
    ...other,
    related: [...related.slice(0, 2), ...also],
  };
}

/** What is accessed, as the maintainer wrote it. */
export function subjectOf({ function: view, place, step }: Access): string {
  const op = view.op(step);
  return op?.kind === 'call' ? view.renderPlace(place) : view.renderPlaceOf(step);
}
