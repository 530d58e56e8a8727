import { z } from 'zod';
import { OperatorActionSchema } from '../admin/operator-action.ts';
import { OperatorQuestionSchema } from '../admin/operator-question.ts';
import { ERRORS, type ErrorCode } from '../errors/errors.ts';
import { GameError } from '../errors/game-error.ts';
import { matcherNode as nodeFor } from '../matchmaking/queue/matcher-node.ts';
import type { OperatorAction } from '../protocol/admin.ts';
import type { OperatorQuestion } from '../protocol/operator-questions.ts';
import type { LinkKind, RegionLink } from '../regions/contract.ts';
import { makeUlid } from '../regions/link/ulid.ts';
import type { Clock } from '../shared/clock.ts';
import { WireId } from '../shared/wire-id.ts';
import type { Logger } from '../telemetry/logger.ts';

// Operators of one region ask, and act in, another one: over the link between regions, which is there anyway.
//
//   node of A ── news { id, from: A, question | action } ─▶ every node of B: one of them, by the id, answers
//   every node of A: the one that waits for the id   ◀─ news { id, result | error } ──┘
//
// Who asks waits some seconds and says that the region did not answer. An action may have been done all the same. A region believes what
// another one says of the role of its operator: it believes the same of its players' tokens.

/** A question is asked again by people; an action may move a room. */
const PATIENCE_MS = { question: 4_000, action: 15_000 } as const;

const Asked = z.strictObject({
  id: WireId,
  ask: z.union([
    z.strictObject({ question: OperatorQuestionSchema }),
    z.strictObject({ action: OperatorActionSchema }),
  ]),
});
type Asked = z.infer<typeof Asked>;

const Answered = z.strictObject({
  id: WireId,
  result: z.unknown().optional(),
  error: z
    .strictObject({ code: z.string(), details: z.record(z.string(), z.unknown()) })
    .optional(),
});
type Answered = z.infer<typeof Answered>;

const ASKED: LinkKind<Asked> = { name: 'operator-asks', delivery: 'news', body: Asked };
const ANSWERED: LinkKind<Answered> = { name: 'operator-answer', delivery: 'news', body: Answered };

/** What answers for this region. */
export interface AnsweringDesk {
  readonly nodeId: string;
  readonly nodes: () => readonly { readonly nodeId: string; readonly isDraining: boolean }[];
  ask(question: OperatorQuestion): Promise<unknown>;
  act(action: OperatorAction): Promise<unknown>;
}

interface Waiting {
  readonly regionId: string;
  resolve(result: unknown): void;
  reject(error: GameError): void;
}

/** The desks of the other regions, and the way from them to ours. */
export class OtherRegionDesks {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #waiting = new Map<string, Waiting>();
  #link: RegionLink | null = null;
  #desk: AnsweringDesk | null = null;

  constructor(deps: { readonly clock: Clock; readonly log: Logger }) {
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /** Hears and is heard over the link, which has not been started. @returns the link */
  over<Link extends RegionLink | null>(link: Link): Link {
    this.#link = link;
    for (const peer of link?.peers ?? []) {
      // Not awaited: what another region asks must not hold up its revocations.
      link?.onMessage(peer, ASKED, ({ body }) => void this.#answer(peer, body));
      link?.onMessage(peer, ANSWERED, ({ body }, { fromRegionId }) => {
        this.#settle(body, fromRegionId);
      });
    }
    return link;
  }

  /** From now on this node answers for its region when it is its turn. */
  answerWith(desk: AnsweringDesk): void {
    this.#desk = desk;
  }

  /**
   * @throws {GameError} what the other region throws; `NODE_UNREACHABLE` when it does not answer, `BAD_REQUEST` when there is no link to it
   */
  async request(
    regionId: string,
    ask: { readonly question: OperatorQuestion } | { readonly action: OperatorAction },
  ): Promise<unknown> {
    const link = this.#link;
    if (link === null || !link.peers.includes(regionId)) {
      throw new GameError('BAD_REQUEST', { reason: `there is no link to the region ${regionId}` });
    }
    const patienceMs = 'question' in ask ? PATIENCE_MS.question : PATIENCE_MS.action;
    const nowMs = this.#clock.wallMs();
    const id = makeUlid(nowMs);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => reject(silent(regionId)), patienceMs);
    this.#waiting.set(id, { regionId, resolve, reject });
    try {
      const body = { id, ask } as Asked;
      const sent = await link.send(regionId, {
        ...{ kind: ASKED, body, expiresAtMs: Math.ceil(nowMs + patienceMs) },
      });
      if (!sent.ok) throw silent(regionId);
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  async #answer(peer: string, { id, ask }: Asked): Promise<void> {
    const desk = this.#desk;
    // One node of the region, the same in the eyes of all of them.
    if (desk === null || nodeFor(desk.nodes(), id) !== desk.nodeId) return;
    let body: Answered;
    try {
      const result = 'question' in ask ? await desk.ask(ask.question) : await desk.act(ask.action);
      body = { id, result };
    } catch (error) {
      if (!(error instanceof GameError)) this.#log.error({ err: error, peer }, 'a desk failed');
      const { code, details } = error instanceof GameError ? error : new GameError('INTERNAL');
      body = { id, error: { code, details: { ...details } } };
    }
    const expiresAtMs = Math.ceil(this.#clock.wallMs() + PATIENCE_MS.question);
    const sent = await this.#link?.send(peer, { kind: ANSWERED, body, expiresAtMs });
    if (sent?.ok === false && sent.reason === 'too-large') {
      const error = { code: 'BAD_REQUEST', details: { reason: 'the answer is too large' } };
      await this.#link?.send(peer, { kind: ANSWERED, body: { id, error }, expiresAtMs });
    }
  }

  #settle({ id, result, error }: Answered, fromRegionId: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || waiting.regionId !== fromRegionId) return;
    if (error === undefined) waiting.resolve(result);
    else waiting.reject(received(error));
  }
}

function silent(regionId: string): GameError {
  return new GameError(
    'NODE_UNREACHABLE',
    { regionId, reason: `the region ${regionId} does not answer` },
    { retryAfterMs: 1_000 },
  );
}

/** Codes of a newer build are not known here. */
function received({ code, details }: NonNullable<Answered['error']>): GameError {
  return Object.hasOwn(ERRORS, code)
    ? new GameError(code as ErrorCode, details)
    : new GameError('INTERNAL');
}
