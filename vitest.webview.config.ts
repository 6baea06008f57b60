import { defineConfig } from 'vitest/config';

/** The race view's bundle in Chromium: slower than the unit tests, so not part of them. */
export default defineConfig({
  test: {
    include: ['test/webview/**/*.e2e.ts'],
    testTimeout: 60_000,
    hookTimeout: 240_000,
    fileParallelism: false,
  },
});
