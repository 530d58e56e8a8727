import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@colyseus/sdk';
import WebSocket from 'ws';
import {
  MATCHMAKING_PATH,
  type MatchmakingPush,
  type MatchSeat,
} from '../../../src/protocol/matchmaking.ts';
import { PROBE_PATH, type ProbeReply } from '../../../src/protocol/regions.ts';
import type { SessionTokens } from '../../../src/protocol/rest.ts';

/** Where a player at home somewhere finds each region: `host:port`, as far away as it is. */
export type Doors = ReadonlyMap<string, string>;

/** What became of one player. */
export interface Journey {
  readonly home: string;
  /** Round trips to the regions as they signed them, ms. */
  readonly measuredMs: Readonly<Record<string, number>>;
  readonly queue: string;
  readonly waitMs: number;
  readonly seat: MatchSeat;
  readonly actionsMs: readonly number[];
}

const ACTIONS = 20;
const ACT_EVERY_MS = 250;
const PROBE_WITHIN_MS = 8_000;
const MATCH_WITHIN_MS = 130_000;
const ANSWER_WITHIN_MS = 10_000;

/**
 * One player from sign-in to the end of his match, as a game's client would do it: probes, ticket, push, seat, play.
 *
 * @throws {Error} with the step that failed
 */
export async function travel(home: string, doors: Doors, queue: string): Promise<Journey> {
  const own = `http://${doors.get(home)}`;
  const tokens = (await ask(own, 'POST', '/v1/auth/guest')) as SessionTokens;
  const probes = await Promise.all(
    [...doors.values()].map((door) => probe(door, tokens.accessToken)),
  );
  const measured = probes.filter((it) => it !== null);
  if (measured.length === 0) throw new Error('no region answered its probe');
  const startedMs = performance.now();
  const body = { latencyTokens: measured.map(({ token }) => token) };
  await ask(own, 'POST', `/v1/queues/${queue}/tickets`, { token: tokens.accessToken, body });
  const seat = await pushedSeat(own, tokens.accessToken);
  const waitMs = performance.now() - startedMs;
  const actionsMs = await play(`http://${doors.get(seat.regionId)}`, seat);
  const measuredMs = Object.fromEntries(measured.map(({ regionId, rttMs }) => [regionId, rttMs]));
  return { home, measuredMs, queue, waitMs, seat, actionsMs };
}

async function ask(
  url: string,
  method: string,
  path: string,
  { token, body }: { readonly token?: string; readonly body?: unknown } = {},
): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** @returns null when the region does not answer in time */
function probe(
  door: string,
  accessToken: string,
): Promise<{ readonly regionId: string; readonly rttMs: number; readonly token: string } | null> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://${door}${PROBE_PATH}`);
    const timer = setTimeout(() => socket.terminate(), PROBE_WITHIN_MS);
    let isFirst = true;
    socket.on('message', (data) => {
      const reply = JSON.parse(String(data)) as ProbeReply;
      if ('certificate' in reply) resolve(reply.certificate);
      if (!('nonce' in reply)) return;
      const { nonce } = reply;
      socket.send(JSON.stringify(isFirst ? { nonce, accessToken } : { nonce }));
      isFirst = false;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(null);
    });
  });
}

function pushedSeat(url: string, accessToken: string): Promise<MatchSeat> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}${MATCHMAKING_PATH}`);
    const timer = setTimeout(() => end('no match in time'), MATCH_WITHIN_MS);
    const end = (reason: string) => {
      clearTimeout(timer);
      socket.terminate();
      reject(new Error(reason));
    };
    socket.on('open', () => socket.send(JSON.stringify({ accessToken })));
    socket.on('error', ({ message }) => end(`push socket: ${message}`));
    socket.on('close', (code) => end(`push socket closed with ${code}`));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as MatchmakingPush;
      if ('error' in frame) return end(frame.error.code);
      if (frame.ticket?.state === 'expired') return end('expired');
      if (frame.ticket?.state !== 'matched' || frame.ticket.match === null) return;
      resolve(frame.ticket.match);
      end('matched');
    });
  });
}

/** @returns round trips of the player's actions, ms */
async function play(url: string, { reservation }: MatchSeat): Promise<number[]> {
  const room = await new Client(url).consumeSeatReservation(reservation as never);
  const actionsMs: number[] = [];
  try {
    let answered: (sentMs: number) => void = () => {};
    room.onMessage('acted', (sentMs: number) => answered(sentMs));
    for (let action = 0; action < ACTIONS; action += 1) {
      const answer = new Promise<number>((resolve) => {
        answered = resolve;
      });
      room.send('act', performance.now());
      const sentMs = await Promise.race([answer, sleep(ANSWER_WITHIN_MS, null, { ref: false })]);
      if (sentMs === null) throw new Error('an action was not answered');
      actionsMs.push(performance.now() - sentMs);
      await sleep(ACT_EVERY_MS);
    }
  } finally {
    await room.leave();
  }
  return actionsMs;
}
