/** `gilproof explain`: the page of a rule, or what the analysis believes at a line. */

import { loadCore } from '../host/core.ts';
import { absolute, nodeHost } from '../host/node-host.ts';
import { LineIndex } from '../workspace/lines.ts';
import { nearestName } from '../workspace/nearest.ts';
import { Workspace } from '../workspace/workspace.ts';
import { type Command, UsageError } from './command.ts';
import { rulePage } from './resources.ts';

export const explain: Command = {
  name: 'explain',
  operands: 'RULE | FILE:LINE[:COLUMN]',
  summary: "Print a rule's page, or what the analysis believes at a line",
  options: {},
  async run(args, terminal) {
    const [topic, ...more] = args.positionals;
    if (topic === undefined || more.length > 0) throw new UsageError('Name one rule, or one FILE:LINE.');
    const core = await loadCore();
    const place = /^(.+?):(\d+)(?::(\d+))?$/.exec(topic);
    if (!place) {
      const page = rulePage(topic);
      if (page !== null) {
        terminal.out(withoutComments(page));
        return 0;
      }
      const near = nearestName(
        topic,
        core.rules.map(rule => rule.id),
      );
      throw new UsageError(`No rule is called '${topic}'.${near === null ? '' : ` Did you mean '${near}'?`}`);
    }
    const file = absolute(terminal.workingDirectory, place[1] ?? '');
    const text = await nodeHost.readFile(file);
    if (text === null) throw new UsageError(`Can't read ${place[1]}.`);
    const lines = new LineIndex(text);
    const line = Number(place[2]) - 1;
    if (line < 0 || line >= lines.count) throw new UsageError(`${place[1]} has ${lines.count} lines.`);
    const column = place[3] === undefined ? lines.text(line).search(/\S|$/) : Number(place[3]) - 1;
    const offset = lines.start(line) + Math.max(0, Math.min(column, lines.text(line).length));
    const answer = await new Workspace({ host: nodeHost, core, folders: [terminal.workingDirectory] }).explain(
      file,
      offset,
    );
    // Paths as seen from here, as the user wrote them.
    const short = answer.replaceAll(`${terminal.workingDirectory}/`, '');
    terminal.out(short.endsWith('\n') ? short : `${short}\n`);
    return 0;
  },
};

/** Markers of generated parts are no business of readers. */
function withoutComments(page: string): string {
  return `${page.replace(/<!--[\s\S]*?-->\n?/g, '').trim()}\n`;
}
