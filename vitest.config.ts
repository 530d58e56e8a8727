import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests run on the TypeScript sources, as `npm start` does.
  resolve: { conditions: ['meridian-source'] },
  ssr: { resolve: { conditions: ['meridian-source'], externalConditions: ['meridian-source'] } },
  test: {
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'client-sdk/src/**/*.test.ts', 'demos/**/*.test.ts', 'loadtest/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/contracts/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
