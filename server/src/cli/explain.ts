/** `gilproof explain`: the page of a rule, or what the analysis believes at a line. */

import { loadCore } from '../host/core.ts';
import { nodeHost } from '../host/node-host.ts';
import { nearestName } from '../workspace/nearest.ts';
import { Workspace } from '../workspace/workspace.ts';
import { type Command, UsageError } from './command.ts';
import { readPlace } from './place.ts';
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
    const place = await readPlace(topic, terminal.workingDirectory, nodeHost);
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
    const { file, offset } = place;
    const workspace = new Workspace({ host: nodeHost, core });
    const answer = await workspace.explain(file, offset);
    // Paths as seen from here, as the user wrote them.
    const short = answer.replaceAll(`${terminal.workingDirectory}/`, '');
    terminal.out(short.endsWith('\n') ? short : `${short}\n`);
    const { findings } = await workspace.diagnose(file);
    if (findings.some(one => place.lines.position(one.span.start).line === place.line)) {
      terminal.out(`\nTo see how it fails: gilproof race ${topic}\n`);
    }
    return 0;
  },
};

/** Markers of generated parts are no business of readers. */
function withoutComments(page: string): string {
  return `${page.replace(/<!--[\s\S]*?-->\n?/g, '').trim()}\n`;
}
