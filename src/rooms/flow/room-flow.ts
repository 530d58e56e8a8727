import type { QualityLevel } from '../../protocol/quality.ts';
import type { MeridianClient } from '../../transport/ws/meridian-client.ts';
import { ClientFlow, type FlowDecision } from './client-flow.ts';
import { OverloadPolicy, type OverloadStep } from './overload.ts';
import type { SendGateLimits } from './send-gate.ts';

// The flow of a room's clients. Each is on the client, who has another one when he comes back with a new connection.

/** Where a client carries his flow: asked for with every patch, and a property is cheaper than a map. */
const FLOW = Symbol('meridian.flow');

interface Carried {
  readonly flow: ClientFlow;
  /** What the patches that he is given are of; another one when the state is replaced. */
  source: object;
  /** What the client knows. */
  told: QualityLevel;
}

type Carrying = MeridianClient & { [FLOW]?: Carried };

/** The room's side. */
export interface RoomFlowHost {
  /** Usual time between two flushes, ms. */
  flushEveryMs(): number;
  /** Patches that clients get later. */
  held(count: number): void;
  /** What is left out has changed. */
  overloadChanged(from: OverloadStep, to: OverloadStep, tookMs: number): void;
  levelChanged(client: MeridianClient, budget: ClientFlow): void;
  /** The client is to know of his level. */
  tell(client: MeridianClient, level: QualityLevel): void;
}

export class RoomFlow {
  readonly #limits: SendGateLimits;
  readonly #host: RoomFlowHost;
  readonly #overload = new OverloadPolicy();
  #isPulled = false;
  #held = 0;

  constructor(limits: SendGateLimits, host: RoomFlowHost) {
    this.#limits = limits;
    this.#host = host;
  }

  /** By how many steps everybody's cadences are slower, because the room's turns take too long. */
  get overload(): OverloadStep {
    return this.#overload.step;
  }

  /** One turn of the room's loop. @param everyMs - time between turns */
  turned(tookMs: number, everyMs: number): void {
    const { step } = this.#overload;
    if (this.#overload.turn(tookMs, everyMs)) {
      this.#host.overloadChanged(step, this.#overload.step, tookMs);
    }
  }

  /** The next patch leaves in any case: something leaves right after it that must not come before it. */
  pull(): void {
    this.#isPulled = true;
  }

  /** @param source - that encodes his patches: those of another one are of no use any more */
  of(client: MeridianClient, source: object): ClientFlow {
    const carried = (client as Carrying)[FLOW] ?? this.#begin(client, source);
    if (carried.source !== source) {
      carried.source = source;
      carried.flow.forget();
    }
    return carried.flow;
  }

  decide(client: MeridianClient, flow: ClientFlow, nowMs: number): FlowDecision {
    const everyMs = this.#host.flushEveryMs();
    const isPulled = this.#isPulled || (pendingFramesOf(client)?.length ?? 0) > 0;
    const decision = flow.decide(nowMs, { everyMs, isPulled });
    if (decision === 'hold') this.#held++;
    const { level } = flow;
    if (client.qualityLevel !== level) {
      client.qualityLevel = level;
      this.#host.levelChanged(client, flow);
    }
    // Who reports knows the message; another SDK would warn its developer of a type that he has no handler for.
    const carried = (client as Carrying)[FLOW] as Carried;
    if (carried.told !== level && client.linkReport !== null) {
      carried.told = level;
      this.#host.tell(client, level);
    }
    return decision;
  }

  /** After a flush. */
  flushed(): void {
    this.#isPulled = false;
    if (this.#held > 0) this.#host.held(this.#held);
    this.#held = 0;
  }

  /** The client has left, or lost his connection. */
  left(client: MeridianClient): void {
    const carried = (client as Carrying)[FLOW];
    if (carried === undefined) return;
    carried.flow.forget();
    client.onAnswer = null;
  }

  #begin(client: MeridianClient, source: object): Carried {
    const flow = new ClientFlow(client, this.#limits, performance.now());
    client.onAnswer = (answer, nowMs) => flow.answered(answer, nowMs);
    const carried: Carried = { flow, source, told: 0 };
    (client as Carrying)[FLOW] = carried;
    return carried;
  }
}

/** What Colyseus sends a client right behind his patch. */
function pendingFramesOf(client: MeridianClient): readonly unknown[] | undefined {
  return (client as { readonly _pendingFrames?: readonly unknown[] })._pendingFrames;
}
