/** The commands, in the order of the help. */
import type { Command } from './command.ts';
import { demo } from './demo.ts';
import { explain } from './explain.ts';
import { fix } from './fix.ts';
import { race } from './race.ts';
import { scan } from './scan.ts';

export const COMMANDS: readonly Command[] = [scan, fix, explain, race, demo];
