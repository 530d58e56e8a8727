// Builds the pages of the demos into demos/web/dist:
//
//   demos/web/index.html          ─▶ /index.html          the portal
//   demos/arena/web/index.html    ─▶ /arena/index.html
//   demos/duel/web/index.html     ─▶ /duel/index.html
//
// What it reads is listed in web/build-inputs.ts. `npx vite --config demos/vite.config.ts` serves the sources with a game
// server on port 2567 behind them.

import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const outDir = join(root, 'web/dist');
const gameServer = 'http://127.0.0.1:2567';

/** Sources live beside the game they belong to; addresses are those of the table above. */
const PAGES = [
  { source: 'web/index.html', address: 'index.html' },
  { source: 'arena/web/index.html', address: 'arena/index.html' },
  { source: 'duel/web/index.html', address: 'duel/index.html' },
] as const;

function pageAddresses(): Plugin {
  return {
    name: 'page-addresses',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const [path = '/', query] = (request.url ?? '/').split('?');
        const page = PAGES.find(
          ({ address }) => `/${address}` === path.replace(/\/$/, '/index.html'),
        );
        if (page) request.url = `/${page.source}${query === undefined ? '' : `?${query}`}`;
        next();
      });
    },
    async writeBundle() {
      for (const { source, address } of PAGES) {
        await mkdir(dirname(join(outDir, address)), { recursive: true });
        await rename(join(outDir, source), join(outDir, address));
      }
      await rm(join(outDir, 'web'), { recursive: true, force: true });
      await rm(join(outDir, 'arena/web'), { recursive: true, force: true });
      await rm(join(outDir, 'duel/web'), { recursive: true, force: true });
    },
  };
}

export default defineConfig({
  root,
  base: '/',
  publicDir: join(root, 'web/public'),
  plugins: [pageAddresses()],
  resolve: { conditions: ['meridian-source', 'module', 'browser', 'development|production'] },
  server: {
    proxy: {
      // Probes and news of tickets are sockets.
      '/v1': { target: gameServer, ws: true },
      '/matchmake': gameServer,
      // A room's socket: /<processId>/<roomId>
      '^/[\\w-]{9}/[\\w-]+': { target: gameServer, ws: true },
    },
  },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    // A content security policy without `data:` and inline scripts holds everywhere.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_500,
    rolldownOptions: { input: PAGES.map(({ source }) => join(root, source)) },
  },
});
