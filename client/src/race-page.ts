/** The page of the race view. No editor API here, so that tests open the very same page in a plain Chromium. */

export interface PageParts {
  /** The bundled view. */
  readonly script: string;
  readonly style: string;
  /** Fresh for every page: only the script and the style that carry it count. */
  readonly nonce: string;
}

/**
 * Nothing may be loaded at all. The view comes within the page: as files of their own its script and style would be fetched
 * through the editor's processes, and the first frame would wait for that longer than for anything else.
 */
export function racePage({ script, style, nonce }: PageParts): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Race view</title>
<style nonce="${nonce}">${style.replace(/<\/(style)/gi, '<\\/$1')}</style>
</head>
<body>
<script nonce="${nonce}">${scriptText(script)}</script>
</body>
</html>
`;
}

/** What would end the element, or begin a comment of HTML, stands in texts of the script only: there the escape means the same. */
function scriptText(script: string): string {
  return script.replace(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '<\\!--');
}
