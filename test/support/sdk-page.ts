import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const SDK = fileURLToPath(new URL('../../client-sdk/src/index.ts', import.meta.url));

/** A web page that has the client SDK's browser bundle as `Meridian` and nothing else, on an origin of its own. */
export class SdkPage implements AsyncDisposable {
  readonly #server: Server;

  static async serve(): Promise<SdkPage> {
    const bundle = await build({
      entryPoints: [SDK],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'Meridian',
      platform: 'browser',
      minify: true,
    });
    const script = bundle.outputFiles[0]?.text ?? '';
    const server = createServer((request, response) => {
      const isScript = request.url === '/meridian-client.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(
        isScript ? script : '<!doctype html><script src="/meridian-client.js"></script>',
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SdkPage(server);
  }

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Origin of the page, which is at `/`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
  }
}
