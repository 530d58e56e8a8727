import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { HandDrivenTime } from '../../../test/support/hand-driven-time.ts';
import { GameError } from '../../errors/game-error.ts';
import type { ProbeCertificate } from '../../protocol/regions.ts';
import { type CertifyProbe, serveProbe } from './probe-socket.ts';

let time: HandDrivenTime;
beforeEach(() => {
  time = new HandDrivenTime();
});
afterEach(() => time[Symbol.dispose]());

const certificate: ProbeCertificate = {
  ...{ regionId: 'eu', rttMs: 1, jitterMs: 0, samples: 5, token: 't', expiresAtMs: 9 },
};

/** The socket as ws has it, with a client at its other end that hears everything and says what it is told. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly heard: Record<string, unknown>[] = [];
  closed: { readonly code: number; readonly atMs: number } | null = null;
  terminatedAtMs: number | null = null;

  send(text: string): void {
    this.heard.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(code: number): void {
    this.readyState = 2;
    this.closed = { code, atMs: time.nowMs - 10_000 };
  }

  terminate(): void {
    this.terminatedAtMs = time.nowMs - 10_000;
  }

  get nonce(): string {
    return String(this.heard.findLast((reply) => 'nonce' in reply)?.['nonce']);
  }

  say(frame: unknown, isBinary = false): void {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    this.emit('message', Buffer.from(text), isBinary);
  }

  /** Repeats what was heard last, after `rttMs`. */
  echo(rttMs: number, more: Readonly<Record<string, unknown>> = {}): void {
    time.advance(rttMs);
    this.say({ nonce: this.nonce, ...more });
  }
}

function probe(certify: CertifyProbe = async () => certificate) {
  const socket = new FakeSocket();
  const certified = vi.fn(certify);
  const clock = { monotonicMs: () => time.nowMs, wallMs: () => 0 };
  const log = pino({ level: 'silent' });
  serveProbe(socket as unknown as WebSocket, { certify: certified, clock, log });
  return { socket, certified };
}

const turns = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe('[RG-10] a probe', () => {
  test('is five round trips from nonce to echo, signed at their end, and then it is over', async () => {
    const { socket, certified } = probe();
    socket.echo(40, { accessToken: 'a' });
    for (const rttMs of [32, 31, 90, 35]) socket.echo(rttMs);
    await turns();
    expect(certified.mock.calls).toEqual([[{ rttsMs: [40, 32, 31, 90, 35], accessToken: 'a' }]]);
    expect(socket.heard.map((reply) => Object.keys(reply)[0])).toEqual([
      ...Array.from({ length: 6 }, () => 'nonce'),
      'certificate',
    ]);
    expect(socket.closed?.code).toBe(1000);
  });

  test('never repeats a nonce, and each is too long to be guessed', () => {
    const { socket } = probe();
    for (let i = 0; i < 5; i++) socket.echo(1);
    const nonces = socket.heard.map((reply) => String(reply['nonce']));
    expect(new Set(nonces).size).toBe(6);
    for (const nonce of nonces) expect(Buffer.from(nonce, 'base64url')).toHaveLength(12);
  });

  test.each([
    ['the nonce before', (before: string) => ({ nonce: before })],
    ['a guess', () => ({ nonce: 'AAAAAAAAAAAAAAAA' })],
    ['nothing', () => ({ nonce: '' })],
  ])('ends when its client says %s instead of what it was sent', async (_, frame) => {
    const { socket, certified } = probe();
    const before = socket.nonce;
    socket.echo(10);
    socket.say(frame(before));
    // Too late.
    for (let i = 0; i < 5; i++) socket.echo(1);
    await turns();
    expect(socket.closed?.code).toBe(4400);
    expect(certified).not.toHaveBeenCalled();
  });
});

describe('[RG-11] a probe is strictly limited', () => {
  test.each([
    ['no JSON', 'hello'],
    ['no object', '7'],
    ['other keys', { nonce: 'n', more: 1 }],
    ['too few pings', { nonce: 'n', pings: 4 }],
    ['too many pings', { nonce: 'n', pings: 17 }],
    ['a long token', { nonce: 'n', accessToken: 'x'.repeat(2_049) }],
    ['a long frame', `{"nonce":"n"${' '.repeat(2_560)}}`],
  ])('a first frame with %s ends it', (_, frame) => {
    const { socket } = probe();
    socket.say(
      typeof frame === 'object'
        ? { ...frame, nonce: socket.nonce }
        : frame.replace('"n"', `"${socket.nonce}"`),
    );
    expect(socket.closed?.code).toBe(4400);
  });

  test('so does a binary one, and a later one that is more than an echo', () => {
    const { socket: binary } = probe();
    binary.say({ nonce: binary.nonce }, true);
    expect(binary.closed?.code).toBe(4400);
    const { socket: chatty } = probe();
    chatty.echo(1);
    chatty.echo(1, { accessToken: 'x'.repeat(64) });
    expect(chatty.closed?.code).toBe(4400);
  });

  test('sixteen pings may be had, and what is said after the last is not heard', async () => {
    const { socket, certified } = probe();
    socket.echo(1, { pings: 16 });
    for (let i = 0; i < 30; i++) socket.echo(1);
    await turns();
    expect(certified.mock.calls[0]?.[0].rttsMs).toHaveLength(16);
    expect(socket.heard).toHaveLength(18);
  });

  test('five seconds are its life, and a second more for goodbye', () => {
    const { socket } = probe();
    socket.echo(3_000);
    time.advance(10_000);
    expect(socket.closed).toEqual({ code: 1000, atMs: 5_000 });
    expect(socket.terminatedAtMs).toBe(6_000);
  });

  test('a client that goes leaves no timer', () => {
    const { socket } = probe();
    socket.emit('close');
    expect(time.pendingTimers).toBe(0);
  });
});

test.each([
  ['TOKEN_EXPIRED', new GameError('TOKEN_EXPIRED')],
  ['INTERNAL', new Error('the key is gone')],
])('[RG-12] who cannot be certified is told why: %s', async (code, failure) => {
  const { socket } = probe(() => Promise.reject(failure));
  for (let i = 0; i < 5; i++) socket.echo(1);
  await turns();
  expect(socket.heard.at(-1)).toMatchObject({ error: { code } });
  expect(JSON.stringify(socket.heard)).not.toContain('the key is gone');
  expect(socket.closed?.code).toBe(4403);
});
