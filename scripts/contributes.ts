/**
 * The settings that package.json contributes, made from the table in `server/src/workspace/settings.ts`.
 * `npm run generate` writes them.
 */
import { LEVELS, SETTINGS, type Setting, type SettingType } from '../server/src/workspace/settings.ts';

/** Of the editor alone: a project's file has nothing to say about them. */
const EDITOR_SETTINGS = {
  'gilproof.enable': {
    type: 'boolean',
    default: true,
    scope: 'resource',
    markdownDescription: 'Analyse the C and C++ files of this folder.',
  },
  'gilproof.run': {
    type: 'string',
    enum: ['onType', 'onSave'],
    enumDescriptions: ['A moment after each change.', 'When a file is opened or saved.'],
    default: 'onType',
    scope: 'resource',
    markdownDescription: 'When open files are analysed.',
  },
  'gilproof.codeLens': {
    type: 'boolean',
    default: true,
    scope: 'resource',
    markdownDescription: 'Show above functions with a hazard that their race can be played, and how it ends.',
  },
  'gilproof.trace.server': {
    type: 'string',
    enum: ['off', 'messages', 'verbose'],
    default: 'off',
    scope: 'window',
    markdownDescription: 'What of the talk between editor and server goes to the log.',
  },
};

/** `contributes.configuration` of package.json. */
export function configuration(): unknown {
  const fromTable = SETTINGS.map(setting => [`gilproof.${setting.key}`, contribution(setting)] as const);
  const properties = { ...EDITOR_SETTINGS, ...Object.fromEntries(fromTable) };
  const ordered = Object.entries(properties).map(([name, entry], order) => [name, { ...entry, order }] as const);
  return { title: 'Gilproof', properties: Object.fromEntries(ordered) };
}

/** The default is null, "not set": a default of the editor would hide what the project's file says. */
function contribution({ type, value, description }: Setting) {
  return {
    ...schemaOf(type),
    default: null,
    scope: 'resource',
    markdownDescription: `${description} Default: \`${JSON.stringify(value)}\`. Overrides the project's \`gilproof.toml\` or \`pyproject.toml\`.`,
  };
}

function schemaOf(type: SettingType): Readonly<Record<string, unknown>> {
  const strings = { type: 'array', items: { type: 'string' } };
  switch (type.kind) {
    case 'choice':
      return { type: ['string', 'null'], enum: [...type.values, null] };
    case 'version':
      return { type: ['string', 'null'], pattern: '^3\\.\\d{1,2}$' };
    case 'strings':
      return { ...strings, type: ['array', 'null'] };
    case 'table': {
      const entries = {
        level: { type: 'string', enum: [...LEVELS] },
        selectors: strings,
        name: { type: 'string' },
      };
      return { type: ['object', 'null'], additionalProperties: entries[type.of] };
    }
  }
}
