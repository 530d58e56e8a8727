import { Predict } from '@colyseus/sdk';
import type { ColyseusRoom } from '../colyseus-room.ts';
import type { StatsRecorder } from '../room-stats.ts';
import type { PatchStream } from './motion-path.ts';
import type { Playout, PlayoutFigures, PlayoutProfile } from './playout.ts';
import { type NumberField, type Smoothed, SmoothedEntities } from './smoothed-entities.ts';

/** The collections of a state, and what is in them; of a state without a type, any. */
type SmoothedCollections<State> = unknown extends State
  ? Readonly<Record<string, Smoothed<Readonly<Record<string, number>>>>>
  : {
      readonly [Key in keyof State]?: State[Key] extends {
        values(): IterableIterator<infer Entity>;
      }
        ? Smoothed<Entity>
        : never;
    };

/** Options of `room.predict()`. */
export interface PredictRoomOptions<State> {
  /** Collections of the state whose entities move, other than by the player's own input. */
  readonly smooth?: SmoothedCollections<State>;
  /**
   * `smooth`: others are drawn so late that hardly any patch comes too late for it. `responsive`, for games with shots: 250 ms late at most,
   * and guessed at a little more often. On a good link both are the same.
   */
  readonly profile?: PlayoutProfile;
}

/** Never warns at this size; without a tolerance Colyseus does not measure corrections at all. */
const NO_WARNING = 1e9;

/** What a prediction of Colyseus' says of itself; in part left out of its published types. */
interface Controller {
  readonly lastCorrectionMag: number;
  readonly boundRegistrations: readonly {
    readonly source: object;
    readonly fields: readonly string[];
  }[];
  onDisposed(listener: () => void): void;
}

interface CorrectingOptions {
  readonly onReconcile?: (sequence: number) => void;
  readonly snap?: number;
}

interface Measured<Options> {
  readonly options: Options;
  controller: Controller | null;
}

/**
 * What a frame of the game shows: own figures predicted by Colyseus' `Predict`, all others a moment in the past, as late as this
 * link needs (docs/spec/netcode-client.md).
 *
 * @example
 * const predict = room.predict({ smooth: { fighters: { fields: ['x', 'y'], angles: ['aim'] } } });
 * const me = predict.reconciler(state.fighters.get(room.sessionId), { input, step });
 * function frame(nowMs: number) {
 *   for (let due = predict.tick(nowMs); due > 0; due -= 1) input.send();
 *   for (const fighter of state.fighters.values()) draw(predict.value(fighter, 'x'), predict.value(fighter, 'y'));
 * }
 */
export class RoomPredict<State = unknown> {
  /** Colyseus' own, for what has no shortcut here: events, spawns, dead reckoning. */
  readonly colyseus: Predict<State>;

  readonly #playout: Playout;
  readonly #stats: StatsRecorder;
  readonly #others: SmoothedEntities;
  readonly #inputsDue: (nowMs: number) => number;
  readonly #onFrame: (nowMs: number) => number;
  /** Fields that a controller predicts, by entity. */
  readonly #predicted = new Map<object, ReadonlySet<string>>();

  /** `room.predict()` makes these. */
  constructor(
    deps: {
      readonly room: ColyseusRoom<State>;
      readonly playout: Playout;
      readonly stream: PatchStream;
      readonly stats: StatsRecorder;
      readonly inputsDue: (nowMs: number) => number;
      /** @returns the delay of Colyseus' own interpolation, and of the stamps of inputs, that goes with this frame, ms */
      readonly onFrame: (nowMs: number) => number;
    },
    options: PredictRoomOptions<State> = {},
  ) {
    this.#playout = deps.playout;
    this.#stats = deps.stats;
    this.#inputsDue = deps.inputsDue;
    this.#onFrame = deps.onFrame;
    this.colyseus = Predict.get(deps.room as never, {
      mode: 'lerp',
      delay: deps.playout.figures.delayMs,
    }) as unknown as Predict<State>;
    this.#others = new SmoothedEntities(deps.room as ColyseusRoom<unknown>, deps.stream);
    for (const [key, smoothed] of Object.entries(options.smooth ?? {})) {
      this.#others.addCollection(key, smoothed as Smoothed);
    }
  }

  /** The moment of the room that is drawn, in ms of its clock: an event of it is to be shown once this has passed it. */
  get roomMs(): number {
    return this.#playout.playheadRoomMs;
  }

  /** How late others are drawn, and how often that was not late enough. */
  get playback(): PlayoutFigures {
    return this.#playout.figures;
  }

  /**
   * Begins a frame. Call before anything is read.
   *
   * @param nowMs - the frame's timestamp
   * @returns how many inputs to send in this frame, one for each fixed step of the room; `room.inputsDue` says the same
   */
  tick(nowMs: number = performance.now()): number {
    this.#playout.frame(nowMs);
    this.#others.frame(nowMs, this.#playout.playheadRoomMs);
    this.colyseus.setDefaults({ delay: this.#onFrame(nowMs) });
    this.colyseus.tick(nowMs);
    return this.#inputsDue(nowMs);
  }

  /** Where a field of an entity is drawn in this frame: predicted, a moment in the past, or as it is when nobody asked for either. */
  value<Entity extends object>(entity: Entity, field: NumberField<Entity>): number {
    if (this.#predicted.get(entity)?.has(field)) return this.colyseus.value(entity, field);
    return this.#others.value(entity, field);
  }

  /** Draws an entity that is in no collection of the state itself. @returns stops it */
  smooth<Entity extends object>(entity: Entity, smoothed: Smoothed<Entity>): () => void {
    this.#others.add(entity, smoothed as unknown as Smoothed);
    return () => this.#others.remove(entity);
  }

  /** Predicts an entity that the player's input moves, as Colyseus' own does. Its corrections are counted: `room.onStats`. */
  readonly reconciler: Predict<State>['reconciler'] = (entity, options) => {
    const measured = this.#measured(options);
    const controller = this.colyseus.reconciler(entity, measured.options);
    this.#watch(measured, controller as unknown as Controller);
    return controller;
  };

  /** The same for a world of several entities, or one with an engine of its own. */
  readonly sim: Predict<State>['sim'] = (options) => {
    const measured = this.#measured(options);
    const controller = this.colyseus.sim(measured.options);
    this.#watch(measured, controller as unknown as Controller);
    return controller;
  };

  /** All are drawn where they belong, without a way there: the page was hidden, or the game has shown something else. */
  settle(): void {
    this.#others.settle();
  }

  dispose(): void {
    this.#others.close();
    this.colyseus.dispose();
  }

  /** The same options, and corrections are recorded. */
  #measured<Options extends CorrectingOptions>(given: Options): Measured<Options> {
    const { onReconcile, snap = 0 } = given;
    const measured: Measured<Options> = {
      controller: null,
      options: {
        warnOnDivergence: NO_WARNING,
        ...given,
        onReconcile: (sequence: number) => {
          const distance = measured.controller?.lastCorrectionMag ?? 0;
          // Where it was put is not where it went wrong.
          this.#stats.recordCorrection(snap > 0 && distance > snap ? 0 : distance);
          onReconcile?.(sequence);
        },
      },
    };
    return measured;
  }

  #watch(measured: Measured<unknown>, controller: Controller): void {
    measured.controller = controller;
    for (const { source, fields } of controller.boundRegistrations) {
      const predicted = new Set(fields);
      this.#predicted.set(source, predicted);
      controller.onDisposed(() => {
        if (this.#predicted.get(source) === predicted) this.#predicted.delete(source);
      });
    }
  }
}
