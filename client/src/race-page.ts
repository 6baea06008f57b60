/** The page of the race view. No editor API here, so that tests open the very same page in a plain Chromium. */

export interface PageParts {
  /** What the editor calls the origin of the extension's own files. */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Fresh for every page: only the script tag that carries it runs. */
  readonly nonce: string;
}

/** Nothing may be loaded but our one script and our one style sheet: no inline code, no images, no network. */
export function racePage(parts: PageParts): string {
  const policy = `default-src 'none'; script-src 'nonce-${parts.nonce}'; style-src ${parts.cspSource}; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Race view</title>
<link rel="stylesheet" href="${parts.styleUri}">
</head>
<body>
<script nonce="${parts.nonce}" src="${parts.scriptUri}"></script>
</body>
</html>
`;
}
