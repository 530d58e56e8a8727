import { AsyncLocalStorage } from 'node:async_hooks';
import { type Client, Metadata } from '@grpc/grpc-js';
import type { Clock } from '../../shared/clock.ts';
import type { RpcMetrics } from '../../telemetry/rpc-metrics.ts';
import { CallLane } from './call-lane.ts';
import { asIs, LANE_PATH } from './lane-wire.ts';
import type { CallSigner } from './peer-call.ts';

// A channel has a lane to each address of its target. Which addresses there are, and which of them answer, the library knows and does not
// tell; but it gives each stream that is opened the next of them in turn (round_robin). So now and then, while calls are made, one stream
// more than there are lanes is opened: one that comes where no lane is becomes one, the others end, and a lane where none came is retired.
//
//   none ──next()──▶ look around ──▶ lanes ──LOOK_EVERY_MS, next()──▶ look around ──▶ …
//                                      └── one breaks, or its service leaves: looks around with the next call

/** For so long an address that is new, or back, may have no lane. */
const LOOK_EVERY_MS = 2_000;

export interface CallLanesDeps {
  readonly clock: Clock;
  readonly metrics: RpcMetrics;
  readonly signer: CallSigner;
}

interface OpenLane {
  readonly address: string;
  readonly lane: CallLane;
}

/** Streams that were opened together. */
interface Look {
  unsettled: number;
  isNews: boolean;
  readonly seen: Set<string>;
}

/** The lanes of one channel. */
export class CallLanes {
  readonly #client: Client;
  readonly #deps: CallLanesDeps;
  /** A lane outlives the call that wanted it, and does not go on in its trace. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #lanes: readonly OpenLane[] = [];
  #last = 0;
  #isLooking = false;
  #lookAtMs = 0;
  #isClosed = false;

  constructor(client: Client, deps: CallLanesDeps) {
    this.#client = client;
    this.#deps = deps;
  }

  /** The lane of the next call, in turn; null: none is open, or all have enough to do. */
  next(): CallLane | null {
    const nowMs = this.#deps.clock.monotonicMs();
    if (nowMs >= this.#lookAtMs && !this.#isLooking && !this.#isClosed) {
      this.#outside(() => this.#lookAround());
    }
    for (const _ of this.#lanes) {
      this.#last = (this.#last + 1) % this.#lanes.length;
      const { lane } = this.#lanes[this.#last] as OpenLane;
      if (!lane.isFull) return lane;
    }
    return null;
  }

  /** Calls under way are answered. */
  close(): void {
    this.#isClosed = true;
    this.#keep(() => false);
  }

  #lookAround(): void {
    this.#isLooking = true;
    const count = this.#lanes.length + 1;
    const look: Look = { unsettled: count, isNews: false, seen: new Set() };
    for (let opened = 0; opened < count; opened += 1) this.#open(look);
  }

  #open(look: Look): void {
    const metadata = new Metadata();
    this.#deps.signer.sign(metadata, LANE_PATH, this.#deps.clock.wallMs());
    const stream = this.#client.makeBidiStreamRequest(LANE_PATH, asIs, asIs, metadata);
    let isSettled = false;
    const settle = (address?: string) => {
      if (isSettled) return;
      isSettled = true;
      if (address === undefined || !this.#adds(look, address, lane)) lane.retire();
      look.unsettled -= 1;
      if (look.unsettled === 0) this.#end(look);
    };
    const drop = () => {
      if (!this.#lanes.some((open) => open.lane === lane)) return;
      this.#keep((open) => open.lane !== lane);
      // Its calls have to go somewhere.
      this.#lookAtMs = 0;
    };
    const lane = new CallLane(stream, {
      onOpen: settle,
      onLeave: drop,
      onOver: () => {
        settle();
        drop();
      },
    });
  }

  /** @returns whether the lane is needed */
  #adds(look: Look, address: string, lane: CallLane): boolean {
    if (this.#isClosed) return false;
    look.seen.add(address);
    if (this.#lanes.some((open) => open.address === address)) return false;
    look.isNews = true;
    this.#lanes = [...this.#lanes, { address, lane }];
    this.#deps.metrics.lanes('client', 1);
    return true;
  }

  #end({ seen, isNews }: Look): void {
    this.#isLooking = false;
    // Where one was, others may be.
    this.#lookAtMs = isNews ? 0 : this.#deps.clock.monotonicMs() + LOOK_EVERY_MS;
    if (seen.size > 0) this.#keep(({ address }) => seen.has(address));
  }

  /** Retires the others. */
  #keep(isKept: (open: OpenLane) => boolean): void {
    const others = this.#lanes.filter((open) => !isKept(open));
    if (others.length === 0) return;
    this.#lanes = this.#lanes.filter(isKept);
    this.#deps.metrics.lanes('client', -others.length);
    for (const { lane } of others) lane.retire();
  }
}
