/** Exports a finding as a Python stress test that drives the flagged function of the real module. */
import type { Extension } from '../analysis/extension.ts';
import type { Reproducer } from '../workspace/service.ts';
import { type Plan, planOf, type ReproducedFinding } from './plan.ts';
import { IMPORTS, RUNTIME } from './runtime.ts';
import { surfaceOf } from './surface.ts';

export interface ReproducerOptions {
  /** For messages: `src/book.c:142`. */
  readonly place: string;
  /** The failing run in words, a line each: what the simulator found. */
  readonly schedule?: readonly string[];
}

export function reproducer(extension: Extension, finding: ReproducedFinding, options: ReproducerOptions): Reproducer {
  const unit = extension.units.find(one => one.file === finding.file) ?? null;
  const surface = surfaceOf(extension.linker, unit);
  const isImport = finding.site.function === null && finding.family === 'module';
  const plan = isImport ? null : planOf(extension, surface, finding);
  const module = surface.module;
  const missing = [
    ...(module === null ? ['the name of the module was not found'] : []),
    ...(plan?.scene.missing ?? []),
  ];
  const title = plan === null ? `import ${module ?? '...'}` : (plan.title ?? finding.subject);
  const name = `test_race_${title
    .toLowerCase()
    .replace(/\W+/g, '_')
    .replace(/^_+|_+$/g, '')}.py`;
  const parts = [
    head(
      title,
      module,
      finding,
      options,
      (plan?.scene.notes ?? []).map(one => `Note: ${one}.`),
    ),
    IMPORTS,
    `MODULE = ${JSON.stringify(module ?? '...')}`,
    plan === null ? 'SECONDS = 2.0' : 'SECONDS = 20.0',
    ...todo(missing),
    // A lock that is never given back may stop the thread that took it.
    `HANGS_ALONE = ${finding.severity === 'deadlock' ? 'True' : 'False'}`,
    '',
    '',
    ...(plan === null ? ['scene = None  # Importing it is all that is tried: the GIL must stay off.'] : scene(plan)),
    '',
    '',
    RUNTIME,
  ];
  return { name, text: parts.join('\n'), missing };
}

function head(
  title: string,
  module: string | null,
  finding: ReproducedFinding,
  options: ReproducerOptions,
  remarks: readonly string[],
): string {
  const lines = [
    `Races ${title} of ${module ?? 'a module'} on a free-threaded Python.`,
    '',
    `${options.place} [${finding.rule}]`,
    ...wrapped(finding.message),
    ...(options.schedule && options.schedule.length > 0
      ? ['', 'How it fails, as the simulator found it:', '', ...options.schedule.map(line => `    ${line}`)]
      : []),
    '',
    'Run it with pytest, or alone where the module can be imported:',
    '',
    `    python3.13t THIS_FILE [--seconds N] [--gil]`,
    '',
    'Exit status 0: nothing wrong was seen, which proves nothing. 1: it failed. 2: it could not be tried.',
    ...(title.startsWith('import ') ? [] : GUESSED),
    ...remarks.flatMap(wrapped),
  ];
  return `"""${lines.join('\n').replaceAll('\\', '\\\\').replaceAll('"""', "'''")}\n"""`;
}

function scene({ scene: made, lineUps, readings, unique, first }: Plan): string[] {
  const used = made.acts.filter(act => lineUps.some(lineUp => lineUp.includes(act.name)));
  const out = [
    'def scene(module):',
    '    """What the threads share, and what they do with it: n counts rounds, me tells threads apart."""',
  ];
  for (const line of made.setup) out.push(`    ${line}`);
  for (const { name, about, lines } of used) {
    out.push('', `    def ${name}(n, me):  # ${about}`, ...lines.map(line => `        ${line}`));
  }
  out.push('', '    return Scene(', '        line_ups=[');
  for (const lineUp of lineUps) out.push(`            (${lineUp.join(', ')}),`);
  out.push('        ],');
  if (readings.length > 0) {
    out.push('        readings={');
    for (const [name, text] of readings) out.push(`            ${JSON.stringify(name)}: lambda: ${text},`);
    out.push('        },');
  }
  if (unique !== null) out.push(`        unique=${unique},`);
  if (first !== null) out.push(`        first=(${first.join(', ')}),`);
  out.push('    )');
  return out;
}

/** While anything is in it, the test never says that it passed. */
function todo(missing: readonly string[]): string[] {
  if (missing.length === 0) return ['TO_DO = []'];
  return ['TO_DO = [  # take out what is done', ...missing.map(one => `    ${JSON.stringify(one)},`), ']'];
}

/** Said in every file that makes calls. */
const GUESSED = [
  'The calls were worked out from the C code. One that raises TypeError every time needs other arguments: see scene().',
];

const WIDTH = 110;

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + word.length >= WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}
