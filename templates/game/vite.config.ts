import { defineConfig } from 'vitest/config';

/** Where `npm start` listens: `npm run page` serves the page alone, anew with each change, and asks there. */
const gameServer = 'http://127.0.0.1:2567';

export default defineConfig({
  server: {
    proxy: {
      '/v1': { target: gameServer, ws: true },
      '/matchmake': gameServer,
      // A room's socket: /<processId>/<roomId>
      '^/[\\w-]{9}/[\\w-]+': { target: gameServer, ws: true },
    },
  },
  build: {
    target: 'es2022',
    // The server's content security policy allows no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
