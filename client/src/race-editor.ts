/**
 * The user's own file while a race is played: where each thread stands (badge in the gutter, the line in the colours of a
 * debugger's stack frames), and the other way round: the cursor's line selects a step.
 */
import {
  type Disposable,
  OverviewRulerLane,
  Range,
  type TextEditor,
  type TextEditorDecorationType,
  TextEditorRevealType,
  TextEditorSelectionChangeKind,
  ThemeColor,
  Uri,
  window,
} from 'vscode';
import type { FileRange, ThreadCursor } from '../webview/messages.ts';
import { badgeIcon } from './race-badges.ts';

function toRange(at: FileRange): Range {
  return new Range(at.line, at.column ?? 0, at.endLine, at.endColumn ?? (at.column === undefined ? 0 : at.column));
}

/** Cursors that share a line share its gutter, so they are one decoration. */
interface Mark {
  readonly uri: string;
  readonly cursors: readonly ThreadCursor[];
}

function marksOf(cursors: readonly ThreadCursor[]): Mark[] {
  const lines = new Map<string, ThreadCursor[]>();
  for (const cursor of cursors) {
    const key = `${Uri.parse(cursor.range.uri).toString()}#${cursor.range.line}`;
    lines.set(key, [...(lines.get(key) ?? []), cursor]);
  }
  return [...lines].map(([key, at]) => ({ uri: key.slice(0, key.lastIndexOf('#')), cursors: at }));
}

/** Backgrounds of lines: as a debugger marks where it stands, and as a comparison marks what is gone. */
const RUNS = 'editor.stackFrameHighlightBackground';
const FAILS = 'diffEditor.removedLineBackground';

export class RaceEditor implements Disposable {
  readonly #selectLine: (uri: string, line: number) => void;
  readonly #styles = new Map<string, TextEditorDecorationType>();
  readonly #listeners: readonly Disposable[];
  #cursors: readonly ThreadCursor[] = [];

  /** `selectLine` gets the URI as the playback spells it. */
  constructor(selectLine: (uri: string, line: number) => void) {
    this.#selectLine = selectLine;
    this.#listeners = [
      window.onDidChangeVisibleTextEditors(() => this.#draw()),
      window.onDidChangeTextEditorSelection(event => {
        const byHand =
          event.kind === TextEditorSelectionChangeKind.Mouse || event.kind === TextEditorSelectionChangeKind.Keyboard;
        const line = event.selections[0]?.active.line;
        if (byHand && line !== undefined) this.#followCursor(event.textEditor, line);
      }),
    ];
  }

  /** Shows where the threads stand, and scrolls to the one that ran. Empty: nothing is marked any more. */
  update(cursors: readonly ThreadCursor[]): void {
    this.#cursors = cursors;
    this.#draw();
    const current = cursors.find(cursor => cursor.current);
    if (current) {
      for (const editor of this.#editorsOf(Uri.parse(current.range.uri).toString())) {
        // Not the columns: the text would jump sideways.
        const { line } = current.range;
        editor.revealRange(new Range(line, 0, line, 0), TextEditorRevealType.InCenterIfOutsideViewport);
      }
    }
  }

  dispose(): void {
    for (const one of [...this.#listeners, ...this.#styles.values()]) one.dispose();
    this.#styles.clear();
  }

  #editorsOf(uri: string): readonly TextEditor[] {
    return window.visibleTextEditors.filter(editor => editor.document.uri.toString() === uri);
  }

  #draw(): void {
    const marks = marksOf(this.#cursors);
    for (const style of this.#styles.values()) {
      for (const editor of window.visibleTextEditors) editor.setDecorations(style, []);
    }
    const shown = new Map<TextEditorDecorationType, Map<TextEditor, Range[]>>();
    for (const mark of marks) {
      const style = this.#style(mark.cursors);
      const ranges = shown.get(style) ?? new Map<TextEditor, Range[]>();
      shown.set(style, ranges);
      const first = mark.cursors[0];
      if (!first) continue;
      for (const editor of this.#editorsOf(mark.uri)) {
        ranges.set(editor, [...(ranges.get(editor) ?? []), toRange(first.range)]);
      }
    }
    for (const [style, editors] of shown) for (const [editor, ranges] of editors) editor.setDecorations(style, ranges);
  }

  #style(cursors: readonly ThreadCursor[]): TextEditorDecorationType {
    const badges = cursors.map(({ name, lane, current, failing: fails }) => ({ name, lane, current, fails }));
    const failing = cursors.some(cursor => cursor.failing);
    const current = cursors.some(cursor => cursor.current);
    const key = JSON.stringify([badges, failing]);
    const known = this.#styles.get(key);
    if (known) return known;
    const style = window.createTextEditorDecorationType({
      isWholeLine: true,
      ...(current
        ? { backgroundColor: new ThemeColor(failing ? FAILS : RUNS) }
        : { outline: '1px dashed', outlineColor: new ThemeColor('editorLineNumber.foreground') }),
      overviewRulerLane: OverviewRulerLane.Left,
      overviewRulerColor: new ThemeColor(failing ? 'editorOverviewRuler.errorForeground' : 'charts.blue'),
      light: { gutterIconPath: badgeIcon(badges, 'light') },
      dark: { gutterIconPath: badgeIcon(badges, 'dark') },
      gutterIconSize: 'contain',
      ...(failing
        ? { after: { contentText: '✗ fails here', margin: '0 0 0 2em', color: new ThemeColor('errorForeground') } }
        : {}),
    });
    this.#styles.set(key, style);
    return style;
  }

  #followCursor(editor: TextEditor, line: number): void {
    const uri = editor.document.uri.toString();
    const known = this.#cursors.find(cursor => Uri.parse(cursor.range.uri).toString() === uri);
    if (known) this.#selectLine(known.range.uri, line);
  }
}
