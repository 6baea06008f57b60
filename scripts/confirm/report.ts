/** What ThreadSanitizer prints, and whether a report stands at a place that a finding names. */

export interface Frame {
  readonly function: string;
  /** As the compiler was given it: may be relative to the folder of the build. */
  readonly file: string;
  readonly line: number;
}
export interface Report {
  /** `data race`, `SEGV`, `heap-use-after-free` … */
  readonly kind: string;
  /** The stacks of the accesses, innermost frame first; of a crash the only one. Not where the threads began. */
  readonly stacks: readonly (readonly Frame[])[];
}
/** Where a finding says that threads meet: a line of one of the functions that has `text` in it. */
export interface Place {
  readonly file: string;
  readonly functions: readonly string[];
  readonly text: string;
}

/** Deeper frames only tell who called; inlined helpers of the interpreter stand above the extension's own. */
const FRAMES = 4;
const RUNTIME = /\/libsanitizer\/|\/pyatomic/;
const ACCESS = /^ {2}(Previous |Atomic |atomic )*(read|write) of size \d+ /i;
const FRAME = /^ {4}#\d+ ([^\s(]+)(?:\(.*\))?(?: const)? (\S+?):(\d+)(?::\d+)? \(/;

/** The reports in `text`; what stands between them is the program's own output. */
export function reportsIn(text: string): Report[] {
  const reports: { kind: string; stacks: Frame[][] }[] = [];
  let stack: Frame[] | null = null;
  for (const line of text.split('\n')) {
    const head = /^(?:==\d+==)?(WARNING|ERROR): ThreadSanitizer: (.+?)(?: \(pid| on |$)/.exec(line);
    if (head !== null) {
      stack = head[1] === 'ERROR' ? [] : null;
      reports.push({ kind: head[2] ?? '', stacks: stack === null ? [] : [stack] });
    } else if (ACCESS.test(line)) {
      stack = [];
      reports.at(-1)?.stacks.push(stack);
    } else {
      const frame = FRAME.exec(line);
      if (frame !== null) stack?.push({ function: frame[1] ?? '', file: frame[2] ?? '', line: Number(frame[3]) });
      else if (line.trim() === '') stack = null;
    }
  }
  return reports;
}

/** `FILE FUNCTION[,FUNCTION…] TEXT`; null when it is not that. */
export function placeOf(text: string): Place | null {
  const [, file, functions, words] = /^(\S+) (\S+) (.+)$/.exec(text) ?? [];
  if (file === undefined || functions === undefined || words === undefined) return null;
  return { file, functions: functions.split(','), text: words };
}

/** The frame of `report` at `place`, if there is one: the first of a stack that is in the place's file decides. */
export function frameAt(report: Report, place: Place, lineOf: (frame: Frame) => string): Frame | null {
  for (const stack of report.stacks) {
    const own = stack
      .filter(({ file }) => !RUNTIME.test(file))
      .slice(0, FRAMES)
      .find(({ file }) => `/${file}`.endsWith(`/${place.file}`));
    if (own !== undefined && place.functions.includes(own.function) && lineOf(own).includes(place.text)) return own;
  }
  return null;
}
