#!/usr/bin/env node
/**
 * Stands where `@vscode/test-electron` expects VS Code's executable: takes the same arguments, runs the suite in the workbench
 * and ends with its exit code. So the same suite runs on the desktop's VS Code and here.
 */
import { runOnNode24 } from '../setup.mjs';

runOnNode24('editor/launch.ts');
