/**
 * The part of SARIF 2.1.0 that we write, as a JSON schema in our own words: every object closed, every required property and
 * every limited value of the standard's sections 3.13 to 3.58. `SARIF_SCHEMA` names a copy of the official schema to check
 * against as well; none is shipped in a package that we could depend on.
 */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const natural: Schema = { type: 'integer', minimum: 0 };
const positive: Schema = { type: 'integer', minimum: 1 };
const bag: Schema = { type: 'object' };
const uri: Schema = { type: 'string', format: 'uri' };
const level: Schema = { enum: ['none', 'note', 'warning', 'error'] };
const list = (items: Schema, unique = false): Schema => ({ type: 'array', items, uniqueItems: unique });

function object(required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    additionalProperties: false,
  };
}

const message = object({ text }, { markdown: text });
const artifactLocation = object({ uri: { type: 'string', format: 'uri-reference' } }, { uriBaseId: text });
const region = object(
  { startLine: positive },
  { startColumn: positive, endLine: positive, endColumn: positive, snippet: object({ text }) },
);
const physicalLocation = object({ artifactLocation }, { region });
const location = object(
  { physicalLocation },
  { id: natural, message, logicalLocations: list(object({ fullyQualifiedName: text }, { kind: text }), true) },
);
const configuration = object({}, { enabled: { type: 'boolean' }, level });
const rule = object(
  { id: text, shortDescription: message, fullDescription: message, helpUri: uri },
  { name: text, help: message, defaultConfiguration: configuration, properties: bag },
);
const notification = object({ message }, { level, descriptor: object({ id: text }), locations: list(location, true) });
const suppression = object({ kind: { enum: ['inSource', 'external'] } }, { justification: text });
const threadFlowLocation = object({}, { location, step: natural, importance: text, state: bag, properties: bag });
const codeFlow = object(
  { threadFlows: list(object({ locations: list(threadFlowLocation) }, { id: text, message })) },
  { message, properties: bag },
);
const result = object(
  { message },
  {
    ruleId: text,
    ruleIndex: natural,
    level,
    locations: list(location),
    relatedLocations: list(location, true),
    codeFlows: list(codeFlow),
    partialFingerprints: { type: 'object', additionalProperties: text },
    suppressions: list(suppression, true),
    properties: bag,
  },
);
const invocation = object(
  { executionSuccessful: { type: 'boolean' } },
  { workingDirectory: artifactLocation, toolExecutionNotifications: list(notification) },
);
const driver = object(
  { name: text },
  {
    version: text,
    semanticVersion: { type: 'string', pattern: String.raw`^\d+\.\d+\.\d+` },
    informationUri: uri,
    rules: list(rule, true),
  },
);
const run = object(
  { tool: object({ driver }) },
  {
    columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
    originalUriBaseIds: { type: 'object', additionalProperties: artifactLocation },
    invocations: list(invocation),
    results: list(result),
  },
);

export const SARIF_SUBSET: Schema = object({ version: { const: '2.1.0' }, runs: list(run) }, { $schema: uri });
