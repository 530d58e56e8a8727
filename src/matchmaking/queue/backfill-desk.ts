import { z } from 'zod';
import type { NodeCalls } from '../../cluster/node-calls.ts';
import type { Clock } from '../../shared/clock.ts';
import { WireId } from '../../shared/wire-id.ts';
import type { BackfillAnswer, BackfillNeed, MatchBackfills } from '../contract.ts';
import type { BackfillRequest } from '../pool/backfill-request.ts';

// A room's way to the node that matches its queue, wherever both are in the region:
//
//   room's node                               node that matches the queue
//   ask (every 2 s, as long as it lacks) ───▶ waits in the pool, beside the tickets
//                                             finds players: claims their tickets, asks the room for seats
//   withdraw (full, locked, over) ──────────▶ forgotten
//
// What is lost costs two seconds: the room asks again, and whoever matches the queue by then hears it. A room that does not ask for six
// is forgotten. Whatever the pool believes, the room alone gives seats (MatchPlaces).

const Seated = z.object({
  playerId: WireId,
  rating: z.object({ mu: z.number(), sigma: z.number() }),
  role: z.string().exactOptional(),
  avoids: z.array(WireId).exactOptional(),
});
const Need = z.object({
  roomId: WireId,
  queue: WireId,
  teams: z.array(z.object({ players: z.array(Seated), openPlaces: z.int().min(0) })),
  left: z.array(WireId),
  waitedMs: z.number().min(0),
}) satisfies z.ZodType<BackfillNeed>;
const Withdrawal = z.object({ roomId: WireId, queue: WireId });
const Answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('searching') }),
  z.object({ kind: z.literal('elsewhere') }),
  z.object({ kind: z.literal('refused'), reason: z.string() }),
]) satisfies z.ZodType<BackfillAnswer>;

const ASK = 'backfill-room';
const WITHDRAW = 'end-backfill';

/** Who looks for players on this node. */
export interface BackfillMatcher {
  backfill(request: BackfillRequest): BackfillAnswer;
  removeBackfill(roomId: string): void;
}

export class BackfillDesk implements MatchBackfills {
  readonly #calls: NodeCalls;
  readonly #matcherOf: (queue: string) => string;

  /** @param deps.matcherOf - the node that matches a queue */
  constructor(deps: {
    readonly regionId: string;
    readonly calls: NodeCalls;
    readonly clock: Clock;
    readonly matchers: ReadonlyMap<string, BackfillMatcher>;
    readonly matcherOf: (queue: string) => string;
  }) {
    const { regionId, calls, clock, matchers } = deps;
    this.#calls = calls;
    this.#matcherOf = deps.matcherOf;
    calls.handle(ASK, (payload): BackfillAnswer => {
      const { roomId, queue, teams, left, waitedMs } = Need.parse(payload);
      const createdAtMs = clock.wallMs() - waitedMs;
      const matcher = matchers.get(queue);
      return matcher?.backfill({ roomId, regionId, teams, left, createdAtMs }) ?? ELSEWHERE;
    });
    calls.handle(WITHDRAW, (payload) => {
      const { roomId, queue } = Withdrawal.parse(payload);
      matchers.get(queue)?.removeBackfill(roomId);
      return null;
    });
  }

  async ask(need: BackfillNeed): Promise<BackfillAnswer> {
    return Answer.parse(await this.#calls.request(this.#matcherOf(need.queue), ASK, need));
  }

  async withdraw({ roomId, queue }: Pick<BackfillNeed, 'roomId' | 'queue'>): Promise<void> {
    await this.#calls.request(this.#matcherOf(queue), WITHDRAW, { roomId, queue });
  }
}

const ELSEWHERE: BackfillAnswer = { kind: 'elsewhere' };
