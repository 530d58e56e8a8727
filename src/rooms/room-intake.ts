import {
  type Client,
  ClientState,
  Room as ColyseusRoom,
  type IdleContext,
  Protocol,
} from '@colyseus/core';
import { PROTOCOL_CODE_MASK } from '@colyseus/shared-types';
import { INPUT_BUNDLE_CODE } from '../protocol/input-bundle.ts';
import { INPUT_PACE_MESSAGE } from '../protocol/input-pace.ts';
import { LINK_REPORT_CODE } from '../protocol/link-report.ts';
import { MeridianClient } from '../transport/ws/meridian-client.ts';
import { layInputLane } from '../transport/ws/short-frame-reader.ts';
import type { RoomEviction } from './eviction.ts';
import { FrameGuard } from './guards/frame-guard.ts';
import { type ClientInternals, internals, type RoomInternals } from './guards/room-internals.ts';
import { Rate } from './guards/token-bucket.ts';
import { InputGuard, type InputGuardListener } from './inputs/input-guard.ts';
import { RoomInputLane } from './inputs/input-lane.ts';
import { InputWait } from './inputs/input-wait.ts';
import type { JoinWatch } from './join-watch.ts';
import { LinkReports } from './link-reports.ts';
import type { RoomSurvival } from './ownership/room-survival.ts';
import type { RoomServices } from './room-services.ts';

// What clients send, on its way into the room:
//
//   frame ──▶ FrameGuard: rate, code, type ──┬──▶ LinkReports
//                                            ├──▶ InputGuard ──▶ the next steps    (after the first: by RoomInputLane)
//                                            └──▶ Colyseus ──▶ the game's messages

/** Where a client carries its frame guard: read for every frame, and a property is cheaper than a map. */
const FRAME_GUARD = Symbol('meridian.frame-guard');
const HAS_LANE = Symbol('meridian.has-lane');
type GuardedClient = ClientInternals & { [FRAME_GUARD]?: FrameGuard; [HAS_LANE]?: boolean };

/** Colyseus' own, before the room base overrides it. */
const colyseusOnMessage = (ColyseusRoom.prototype as unknown as RoomInternals)._onMessage;

/** The room's side. */
export interface RoomIntakeHost {
  readonly room: ColyseusRoom & {
    readonly maxMessagesPerSecondByType: Readonly<Record<string, number>>;
  };
  readonly services: RoomServices;
  readonly survival: RoomSurvival;
  readonly joins: JoinWatch;
  evict(client: Client, reason: RoomEviction, message: string): void;
  contain(error: unknown, where: string): void;
}

export class RoomIntake {
  readonly #host: RoomIntakeHost;
  readonly #wait = new InputWait((client) => this.#inputs?.waitingOf(client) ?? 0);
  readonly #linkReports: LinkReports;
  #inputs: InputGuard | undefined;
  #frameRate: Rate | undefined;
  #isStepFixed = false;

  constructor(host: RoomIntakeHost) {
    this.#host = host;
    const { room, services } = host;
    this.#linkReports = new LinkReports({
      taken: (report) => services.metrics.clientLinks.reported(room.roomName, report),
      dropped: (why) => services.metrics.clientLinks.reportDropped(room.roomName, why),
    });
  }

  /** How many inputs a client may send in one frame. */
  get mostInputs(): number {
    return this.#inputs?.mostInputs ?? 1;
  }

  /**
   * The game has defined its inputs.
   *
   * @param repeatedSteps - for how many steps the last input stands in for one that has not come
   */
  inputsDefined(repeatedSteps: number): void {
    const controller = internals(this.#host.room)._inputController;
    if (controller && this.#inputs === undefined) {
      this.#inputs = new InputGuard(controller, this.#inputListener());
      if (this.#isStepFixed) this.#inputs.pace();
    }
    this.#inputs?.guess(repeatedSteps);
  }

  /** The last input, while it may be repeated; true is the neutral one to Colyseus. */
  repeatOf(
    { latest, sessionId }: IdleContext<unknown>,
    mostSteps: number,
  ): true | Partial<unknown> {
    const emptySteps = this.#inputs?.emptyStepsOf(this.#host.room.clients.getById(sessionId));
    return emptySteps !== undefined && emptySteps <= mostSteps ? (latest ?? true) : true;
  }

  /** Steps are all of one length: each takes one input of a client. */
  stepsAreFixed(): void {
    this.#isStepFixed = true;
    this.#inputs?.pace();
  }

  /** Before each fixed step. */
  step(): void {
    this.#inputs?.step(this.#host.room.clients, performance.now());
  }

  /** After a flush, which has acknowledged what came before it. */
  flushed(): void {
    this.#host.joins.flushed();
    const waitMs = this.#wait.flushed(performance.now());
    const { room, services } = this.#host;
    if (waitMs !== null) services.metrics.clientLinks.inputAcknowledged(room.roomName, waitMs);
  }

  /** @param arrivedAtMs - `performance.now()` when it came */
  read(client: ClientInternals, frame: Buffer, arrivedAtMs: number): void {
    if (client.state === ClientState.LEAVING) return;
    try {
      if (!this.#admit(client, frame, arrivedAtMs)) return;
      if (isJoinAcknowledged(client, frame)) this.#completeJoin(client);
      else {
        colyseusOnMessage.call(internals(this.#host.room), client, frame);
        if (isInput(frame)) this.#inputArrived(client, arrivedAtMs);
      }
    } catch (error) {
      this.#host.contain(error, 'onMessage');
    }
    if (this.#inputs?.isMalformed(client)) this.#evictMalformed(client);
  }

  /** One that did not come by the lane: the first one never does. */
  #inputArrived(client: ClientInternals, atMs: number): void {
    this.#wait.arrived(client, atMs);
    this.#host.joins.inputArrived(client, atMs);
  }

  /** @returns whether Colyseus should read the frame */
  #admit(client: GuardedClient, frame: Buffer, nowMs: number): boolean {
    const { survival } = this.#host;
    let guard = client[FRAME_GUARD];
    if (guard === undefined) {
      guard = this.#createFrameGuard(nowMs);
      client[FRAME_GUARD] = guard;
      guard.grant(survival.repeatCredit(client.sessionId));
    }
    const refusal = guard.check(client, frame, nowMs);
    if (refusal !== null) {
      this.#host.evict(client, refusal.reason, refusal.message);
      return false;
    }
    if (frame[0] === LINK_REPORT_CODE) {
      this.#linkReports.receive(client, frame, nowMs);
      return false;
    }
    survival.countFrame(client, frame);
    // Colyseus counts too, over another window and with another end; the guard has spoken for both.
    client._messageCountResetsAt = 0;
    // Where there are no inputs, a bundle of them is nothing that Colyseus could read.
    const otherwise = frame[0] === INPUT_BUNDLE_CODE ? 'malformed' : 'other';
    const reception = this.#inputs?.receive(client, frame, nowMs) ?? otherwise;
    if (reception === 'malformed') this.#evictMalformed(client);
    else if (reception === 'taken') {
      this.#inputArrived(client, nowMs);
      this.#layInputLane(client, guard);
    }
    return reception === 'other';
  }

  /**
   * The client has the handshake: it gets the state, and what was sent to it meanwhile.
   *
   * Colyseus does the same and then deletes a property, which turns the client into a hash table for V8: every access to
   * every client, some twenty per player and step, becomes a lookup.
   */
  #completeJoin(client: ClientInternals): void {
    const { room, survival, joins } = this.#host;
    client.state = ClientState.JOINED;
    client._joinedAt = room.clock.elapsedTime;
    if (room.state) internals(room).sendFullState(client);
    joins.stateSent(client);
    for (const message of client._enqueuedMessages ?? []) client.raw(message);
    Object.assign(client, { _enqueuedMessages: undefined });
    survival.answered(client);
  }

  /** Once: this input has come the long way, the next ones need not. */
  #layInputLane(client: GuardedClient, guard: FrameGuard): void {
    const inputs = this.#inputs;
    const frames = guard.bucket;
    if (client[HAS_LANE] || inputs === undefined || frames === null) return;
    client[HAS_LANE] = true;
    if (!(client instanceof MeridianClient)) return;
    const { survival, contain } = this.#host;
    const fault = (error: unknown) => contain(error, 'onMessage');
    const malformed = () => this.#evictMalformed(client);
    const host = { survival, wait: this.#wait, fault, malformed };
    layInputLane(client.ref, new RoomInputLane(host, client, { frames, inputs }));
  }

  #createFrameGuard(nowMs: number): FrameGuard {
    const { room, services } = this.#host;
    if (this.#frameRate?.perSecond !== room.maxMessagesPerSecond) {
      this.#frameRate = new Rate(room.maxMessagesPerSecond);
    }
    const limits = {
      messagesPerSecond: this.#frameRate,
      messagesPerSecondByType: room.maxMessagesPerSecondByType,
      messagesPerSecondPerType: services.config.messagesPerSecondPerType,
    };
    return new FrameGuard(limits, nowMs);
  }

  #inputListener(): InputGuardListener {
    const { room, services } = this.#host;
    return {
      overBudget: () => services.metrics.inputsOverBudget(room.roomName, 1),
      paced: (report) => services.metrics.inputsPaced(room.roomName, report),
      offPace: (client, errorSteps) => client.send(INPUT_PACE_MESSAGE, errorSteps),
    };
  }

  #evictMalformed(client: Client): void {
    this.#host.evict(client, 'bad-frame', 'An input that does not fit the input schema.');
  }
}

function isJoinAcknowledged(client: Client, frame: Uint8Array): boolean {
  return frame[0] === Protocol.JOIN_ROOM && client.state === ClientState.JOINING;
}

/** Whether Colyseus has read an input from it: one with a time stamp. */
function isInput(frame: Uint8Array): boolean {
  return ((frame[0] as number) & PROTOCOL_CODE_MASK) === Protocol.ROOM_INPUT_RELIABLE;
}
