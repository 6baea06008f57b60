import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The end-to-end suites start a real workbench and are run by scripts/test.mjs, one by one.
    exclude: ['test/e2e/**', 'node_modules/**'],
    testTimeout: 30_000,
    // Files share one copy of the modules and of the grammars for each worker: loading them anew took more than the tests.
    // The core has no state of its own, and tests that need a clean module can ask for it.
    pool: 'threads',
    isolate: false,
  },
});
