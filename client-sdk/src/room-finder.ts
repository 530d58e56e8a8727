import { API_PREFIX, type ErrorBody, type RoomLocation } from '../../src/protocol/index.ts';
import type { FetchFunction } from './http-json.ts';
import type { KnownNodes, NodeAddress } from './known-nodes.ts';
import type { RoomTarget } from './room-target.ts';

// One question to the region: where is this room now? Any live node answers, so a dead one must cost nothing:
//
//   ask one at random ──300 ms without an answer──▶ ask the next, too ──▶ … ──▶ the lost node last
//          └──── failed ────▶ ask the next at once
//
// A region may be lost as a whole. Its rooms are then in its refuge, which is asked too when an outage takes long, or when nobody in
// the region knows the room; a room gets there in no other way, so if it is there, it is nowhere else.
//
// The first answer counts; the others are aborted. A question that waits for news goes first to whoever answered last, and
// the others are asked when it is overdue.

/** What the region says about a room. */
export type RoomAnswer =
  | ({ readonly kind: 'running' } & RoomTarget)
  /** Its node is gone, and another one is about to bring it back. */
  | { readonly kind: 'recovering'; readonly retryAfterMs: number }
  /** It will not come back; `reason` is for the player. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** Whoever answered does not know: a stock Colyseus server; or it says that there is no such room, so this one has ended. */
  | { readonly kind: 'unknown'; readonly hasEnded: boolean }
  /** Nobody could be reached. */
  | { readonly kind: 'silent' };

export interface RoomFinderDependencies {
  readonly nodes: KnownNodes;
  readonly fetch: FetchFunction;
  readonly random: () => number;
}

/** Time one address has before the next one is asked as well. */
const HEDGE_AFTER_MS = 300;
/** Time all of them have together, besides the wait. */
const DEADLINE_MS = 2_000;
/** Time the other region has to answer. */
const REFUGE_DEADLINE_MS = 1_000;
/** A lost region never answers, and its rooms may come to the refuge at any moment. */
const REFUGE_AGAIN_MS = 500;

export class RoomFinder {
  readonly #deps: RoomFinderDependencies;
  /** Who answered last. */
  #answering: NodeAddress | undefined;

  constructor(deps: RoomFinderDependencies) {
    this.#deps = deps;
  }

  /**
   * Like `ask`, and asks the refuge besides.
   *
   * @param isLate - whether the outage has lasted so long that the region may be lost
   */
  async seek(
    roomId: string,
    lost: RoomTarget,
    { waitMs = 0, isLate }: { readonly waitMs?: number; readonly isLate: boolean },
  ): Promise<RoomAnswer> {
    const asking = this.ask(roomId, lost, waitMs);
    if (!isLate) {
      const answer = await asking;
      const isUnknown = answer.kind === 'unknown' || answer.kind === 'lost';
      return (isUnknown ? await this.#askRefuge(roomId) : null) ?? answer;
    }
    for (;;) {
      const there = await this.#askRefuge(roomId);
      if (there !== null) return there;
      const answer = await orNull(asking, REFUGE_AGAIN_MS);
      if (answer !== null) return answer;
    }
  }

  /**
   * @param lost - where the room was: that address is asked last, and that the room runs there is no news
   * @param waitMs - how long the region may wait for news before it answers; at most 1000
   * @returns within two seconds and the wait; never rejects
   */
  ask(roomId: string, lost: RoomTarget, waitMs = 0): Promise<RoomAnswer> {
    const { nodes, random } = this.#deps;
    const first = waitMs > 0 ? this.#answering : undefined;
    const addresses = nodes.inRandomOrder(random, {
      ...(first === undefined ? {} : { first }),
      ...(first === lost.address ? {} : { last: lost.address }),
    });
    const wait = { waitMs, lostProcessId: lost.processId };
    const aborter = new AbortController();
    return new Promise((resolve) => {
      let pending = 0;
      let hedge: ReturnType<typeof setTimeout> | undefined;
      const settle = (answer: RoomAnswer) => {
        clearTimeout(hedge);
        clearTimeout(deadline);
        aborter.abort();
        resolve(answer);
      };
      const askNext = () => {
        clearTimeout(hedge);
        const address = addresses.shift();
        if (address === undefined) {
          if (pending === 0) settle({ kind: 'silent' });
          return;
        }
        pending += 1;
        hedge = setTimeout(askNext, waitMs + HEDGE_AFTER_MS);
        void this.#askOne(address, roomId, wait, aborter.signal).then((answer) => {
          pending -= 1;
          if (aborter.signal.aborted) return;
          if (answer === null) askNext();
          else {
            this.#answering = address;
            settle(answer);
          }
        });
      };
      const deadline = setTimeout(() => settle({ kind: 'silent' }), waitMs + DEADLINE_MS);
      askNext();
    });
  }

  /** @returns null when there is none, it does not answer, or the room is not there */
  async #askRefuge(roomId: string): Promise<RoomAnswer | null> {
    const { refuge } = this.#deps.nodes;
    if (refuge === undefined) return null;
    const aborter = new AbortController();
    const deadline = setTimeout(() => aborter.abort(), REFUGE_DEADLINE_MS);
    const late = new Promise<null>((resolve) => {
      aborter.signal.addEventListener('abort', () => resolve(null));
    });
    const wait = { waitMs: 0, lostProcessId: '' };
    const asking = this.#askOne(refuge, roomId, wait, aborter.signal);
    const answer = await Promise.race([asking, late]);
    clearTimeout(deadline);
    return answer?.kind === 'running' || answer?.kind === 'recovering' ? answer : null;
  }

  /** @returns null when this node is no help */
  async #askOne(
    address: NodeAddress,
    roomId: string,
    { waitMs, lostProcessId }: { readonly waitMs: number; readonly lostProcessId: string },
    signal: AbortSignal,
  ): Promise<RoomAnswer | null> {
    const { nodes, fetch } = this.#deps;
    const news =
      waitMs > 0 ? `?waitMs=${waitMs}&lostProcessId=${encodeURIComponent(lostProcessId)}` : '';
    const url = `${nodes.urlOf(address)}${API_PREFIX}/rooms/${encodeURIComponent(roomId)}${news}`;
    try {
      const reply = await fetch(url, {
        method: 'GET',
        headers: { accept: 'application/json' },
        signal,
      });
      if (reply.status >= 500 || reply.status === 429) return null;
      const text = await reply.text();
      if (reply.status === 410) return { kind: 'lost', reason: reasonOf(text) };
      if (!reply.ok) return { kind: 'unknown', hasEnded: errorOf(text)?.code === 'ROOM_UNKNOWN' };
      const location = JSON.parse(text) as RoomLocation;
      // It names the others.
      nodes.learn([address, ...location.nodes]);
      nodes.learnRefuge(location.refuge);
      return answerOf(location, address);
    } catch {
      // Not reached, aborted, or a proxy's page instead of JSON: the next address may know better.
      return null;
    }
  }
}

/** @returns null when it takes longer */
async function orNull<Result>(pending: Promise<Result>, ms: number): Promise<Result | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  const result = await Promise.race([pending, late]);
  clearTimeout(timer);
  return result;
}

function answerOf(location: RoomLocation, askedAddress: NodeAddress): RoomAnswer | null {
  switch (location.state) {
    case 'running':
      if (typeof location.processId !== 'string') return null;
      return {
        kind: 'running',
        processId: location.processId,
        address: location.publicAddress ?? askedAddress,
      };
    case 'recovering':
      return { kind: 'recovering', retryAfterMs: Number(location.retryAfterMs) || 0 };
    default:
      // A newer server's word that we do not know.
      return null;
  }
}

function reasonOf(text: string): string {
  return errorOf(text)?.message ?? 'The room is gone and will not come back.';
}

function errorOf(text: string): Partial<ErrorBody['error']> | undefined {
  try {
    return (JSON.parse(text) as Partial<ErrorBody>).error;
  } catch {
    // Nobody of ours has answered.
    return undefined;
  }
}
