/** `--schedule`: a run that was pasted back. */
import { parseSchedule, type Schedule } from '../simulator/play/schedule.ts';
import type { Playback } from '../simulator/playback.ts';
import { UsageError } from './command.ts';

export function readSchedule(schedule: string, threads: number): Schedule {
  const parsed = parseSchedule(schedule, threads);
  if (parsed !== null) return parsed;
  throw new UsageError(`'${schedule}' is no schedule for ${threads} threads: write their numbers, as in "1 1 2".`);
}

/** Says where the program could not do what was asked for. */
export function refuseStuck({ threads }: Schedule, playback: Playback): void {
  const steps = playback.runs[0]?.steps ?? [];
  const stuck = threads.findIndex((thread, i) => steps[i]?.thread !== thread + 1);
  if (stuck >= 0) throw new UsageError(`Step ${stuck + 1} of the schedule: T${threads[stuck]! + 1} can't run there.`);
}
