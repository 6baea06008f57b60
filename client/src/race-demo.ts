/** The demos of the race simulator. */
import { window } from 'vscode';

export async function runRaceDemo(): Promise<void> {
  await window.showInformationMessage(
    'This version of Gilproof has no race simulator yet: it finds, explains and fixes hazards, but does not replay them.',
  );
}
