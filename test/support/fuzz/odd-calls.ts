import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { framed } from './raw-grpc.ts';

/** Heads that no client of ours has. */
export const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.oneof(
  fc.constantFrom<Record<string, string>>(
    {},
    { 'meridian-peer': '' },
    { 'meridian-peer': '1.x' },
    { 'meridian-peer': `${Date.now()}.${'A'.repeat(43)}` },
    { 'meridian-peer': `999999999999999.${'A'.repeat(43)}` },
    { 'content-type': 'application/json' },
    { 'content-type': 'application/grpc+json' },
    { 'grpc-encoding': 'gzip' },
    { 'grpc-encoding': 'klingon' },
    { 'grpc-timeout': '0n' },
    { 'grpc-timeout': '-1S' },
    { 'grpc-timeout': '99999999H' },
    { 'grpc-timeout': 'x' },
    { 'meridian-error-bin': '!!!' },
    { 'x-bin': 'AAA' },
    { traceparent: '00-zz' },
    { 'x-large': 'x'.repeat(9_000) },
    { ':method': 'GET' },
    { ':path': '/' },
    { ':path': '//' },
    { ':path': '/meridian.auth.v1.AuthService/__proto__' },
    { ':path': '/meridian.auth.v1.AuthService/Nothing' },
    { ':path': '/grpc.health.v1.Health/Check' },
  ),
  fc.stringMatching(/^[ -~]{0,60}$/).map((value) => ({ 'meridian-peer': value })),
);

/** Bodies that are no message in its frame, or hardly. */
export const oddFrames: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constantFrom<Uint8Array>(
    new Uint8Array(),
    Uint8Array.of(0),
    Uint8Array.of(0, 0, 0, 0, 9, 1),
    Uint8Array.of(9, 0, 0, 0, 0),
    Uint8Array.of(0, 255, 255, 255, 255),
    // Said to be compressed, and it is; a thousand times smaller than what it holds; and it is not.
    Buffer.concat([Uint8Array.of(1, 0, 0, 0, gzipSync('').length), gzipSync('')]),
    compressed(gzipSync('x'.repeat(50_000_000))),
    compressed(Buffer.from('no gzip at all')),
    Buffer.concat([framed(new Uint8Array()), framed(new Uint8Array())]),
  ),
  fc.uint8Array({ maxLength: 100 }),
);

function compressed(bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt8(1);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
