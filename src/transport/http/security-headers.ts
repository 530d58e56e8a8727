import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

/**
 * Security headers of every reply. The policy lets a game's own pages run: scripts and WebAssembly of this origin,
 * workers and images it makes as blobs, requests and sockets to this origin and to those that may call this node: a page goes on
 * with the other nodes of its region when the one that served it is lost. No inline script, no eval (PixiJS needs its
 * `pixi.js/unsafe-eval` module then), nothing from elsewhere.
 *
 * @param corsOrigins - as in `config.http.corsOrigins`: `https://game.example`, or `*`
 */
export function securityHeaders(corsOrigins: readonly string[]): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        workerSrc: ["'self'", 'blob:'],
        // Canvas libraries set style attributes; a style cannot run code.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        // 'self' covers ws: and wss: of this host (CSP 3 §6.7.2.8). data: and blob: are what image workers fetch.
        connectSrc: ["'self'", 'data:', 'blob:', ...corsOrigins.flatMap(withSockets)],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
      },
    },
    // Whether this host is only ever reached over TLS is known to the proxy that ends TLS, not to us.
    strictTransportSecurity: false,
  });
}

/** The same as a list, for replies that express does not write. */
export function listOfSecurityHeaders(corsOrigins: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => {
      headers[name] = value;
    },
    removeHeader: () => {},
  };
  securityHeaders(corsOrigins)({} as Request, response as unknown as Response, () => {});
  return headers;
}

/** A policy names sockets by their own scheme: that of the page covers its own origin only. */
function withSockets(origin: string): readonly string[] {
  return origin === '*' ? ['*', 'ws:', 'wss:'] : [origin, origin.replace(/^http/, 'ws')];
}
