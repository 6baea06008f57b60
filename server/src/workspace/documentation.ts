/** Where pages of rules can be read on the web. Everything that shows a page itself shows the copy that comes along. */
import manifest from '../../../package.json' with { type: 'json' };

/** The page of a rule, or the project's own page. */
export function documentationOf(rule?: string): string {
  return rule === undefined ? manifest.homepage : `${manifest.homepage}/blob/main/docs/rules/${rule}.md`;
}
