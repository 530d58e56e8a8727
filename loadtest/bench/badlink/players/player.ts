import { Callbacks, type Reconciler } from '@colyseus/sdk';
import { machineNowMs } from '../../../machine/machine-clock.ts';
import { mulberry32 } from '../../../scenarios/random.ts';
import { type Body, EVENT_MESSAGE, type MoveInput, stepBody } from '../badlink-game.ts';
import { PlayerLog } from './player-log.ts';
import type { PlayerSeat } from './seat.ts';

/** Chance of another direction per input: every 0.7 s at 20 Hz. */
const TURN_CHANCE = 0.07;

interface SeenMover {
  readonly body: Body;
  x: number;
  y: number;
  /** Stamp of the newest patch that moved it, ms of the room. */
  newestMs: number;
}

/** One player in front of a screen with 60 frames a second: steers, draws, and takes down what he has drawn. */
export class Player {
  readonly log: PlayerLog;
  readonly #seat: PlayerSeat;
  readonly #movers: SeenMover[] = [];
  readonly #random: () => number;
  #me: { readonly body: Body; readonly predicted: Reconciler<Body>; x: number; y: number } | null =
    null;
  #healedAtMs: number | null = null;
  /** Own patches since the link was healed in which the figure had moved. */
  #hasMovedSince = false;

  constructor(seat: PlayerSeat, movers: number, seed: number) {
    this.#seat = seat;
    this.#random = mulberry32(seed);
    this.log = new PlayerLog(movers);
    const { room } = seat;
    const callbacks = Callbacks.get(room);
    callbacks.onAdd('movers', (body, id) => this.#addMover(Number(id), body as Body));
    callbacks.onAdd('players', (body, id) => {
      if (id === room.sessionId) this.#predict(body as Body);
      else seat.onOther(body as Body);
    });
    seat.onLevel((level) => this.log.rated(machineNowMs(), level));
    room.onStateChange(() => this.#onPatch());
    room.onMessage(EVENT_MESSAGE, ({ atMs }: { readonly atMs: number }) => {
      this.log.heard(machineNowMs() - atMs);
    });
  }

  /** Whether all that is to be drawn has come. */
  get isReady(): boolean {
    return this.#me !== null && Object.keys(this.#movers).length === this.log.movers;
  }

  /** The link is back, now. */
  healed(): void {
    this.#healedAtMs = machineNowMs();
    this.#hasMovedSince = false;
  }

  frame(): void {
    const nowMs = performance.now();
    for (let due = this.#seat.tick(nowMs); due > 0; due -= 1) this.#sendInput();
    this.#draw();
  }

  #addMover(index: number, body: Body): void {
    this.#seat.onOther(body);
    this.#movers[index] = { body, x: body.x, y: body.y, newestMs: 0 };
  }

  #predict(body: Body): void {
    this.#me?.predicted.dispose();
    const predicted: Reconciler<Body> = this.#seat.reconciler<Body, MoveInput>(body, {
      input: this.#seat.input,
      fields: ['x', 'y'],
      step: (ctx, state, input) => stepBody(state, input, ctx.dt),
      onReconcile: () => this.log.corrected(this.#me?.predicted.lastCorrectionMag ?? 0),
      // Never warns at this size; without a tolerance Colyseus does not measure corrections at all.
      warnOnDivergence: 1_000_000,
    });
    this.#me = { body, predicted, x: body.x, y: body.y };
  }

  #sendInput(): void {
    const { input } = this.#seat;
    if (this.#random() < TURN_CHANCE || (input.data.moveX === 0 && input.data.moveY === 0)) {
      const heading = this.#random() * 2 * Math.PI;
      input.data.moveX = Math.round(Math.cos(heading) * 127);
      input.data.moveY = Math.round(Math.sin(heading) * 127);
    }
    input.send();
  }

  #onPatch(): void {
    const stampMs = this.#seat.room.clock.lastServerTime();
    this.log.arrived(machineNowMs(), stampMs);
    for (const mover of this.#movers) {
      const { x, y } = mover.body;
      if (x === mover.x && y === mover.y) continue;
      mover.x = x;
      mover.y = y;
      mover.newestMs = stampMs;
    }
    const me = this.#me;
    if (me === null || (me.x === me.body.x && me.y === me.body.y)) return;
    me.x = me.body.x;
    me.y = me.body.y;
    if (stampMs > this.#healedStampMs) this.#hasMovedSince = true;
  }

  /** The room's time when the link came back, less the quickest way of a patch; nothing is newer before it is healed. */
  get #healedStampMs(): number {
    const healedAtMs = this.#healedAtMs;
    return healedAtMs === null ? Number.POSITIVE_INFINITY : healedAtMs - this.log.quickestMs;
  }

  #draw(): void {
    const { playheadMs } = this.#seat;
    const atMs = machineNowMs();
    this.log.frame(atMs, playheadMs);
    let isFresh = true;
    for (const [index, { body, newestMs }] of this.#movers.entries()) {
      this.log.drawn(index, this.#seat.value(body, 'x'), this.#seat.value(body, 'y'), newestMs);
      isFresh &&= newestMs > this.#healedStampMs && playheadMs <= newestMs;
    }
    if (this.#healedAtMs === null || !isFresh || !this.#hasMovedSince) return;
    this.log.resumedAfterMs = atMs - this.#healedAtMs;
    this.#healedAtMs = null;
  }
}
