import { Encoder } from '@colyseus/schema';
import { median, percentile } from '../../statistics/percentile.ts';
import { EncodeRoom, type EncoderName } from './encode-contenders.ts';
import { type ScenarioName, scenarioOf } from './scenarios.ts';

/** What one contender took in one scenario. Milliseconds of one tick. */
export interface EncodeRun {
  readonly kind: 'encode';
  readonly contender: EncoderName;
  readonly scenario: ScenarioName;
  readonly players: number;
  readonly ticks: number;
  /** Entities that a client sees, on average. */
  readonly visible: number;
  /** CPU of this thread: what others do on the machine is not in it. */
  readonly encodeCpuMs: number;
  readonly interestCpuMs: number;
  readonly encodeP50Ms: number;
  readonly encodeP95Ms: number;
  readonly bytesPerPlayerPerTick: number;
  readonly decodeErrors: number;
  /** Of what clients see, by how far it is; null: nothing is. */
  readonly ageP95Ms: { readonly near: number | null; readonly far: number | null };
  readonly ageWorstMs: number;
}

/** A turn ends after so long: all see all is more than stock Colyseus can do. */
const TURN_MS = 4_000;
/** Budgets and cadences have found their measure by then, and hot code is compiled. */
const WARM_UP_TICKS = 60;

const BUFFER_BYTES = 16 * 1024 * 1024;

/** Measures one contender in one scenario, in the thread that asks. */
export class EncodeMeter {
  readonly #contender: EncoderName;
  readonly #scenario: ScenarioName;
  readonly #players: number;
  readonly #room: EncodeRoom;
  readonly #encodeMs: number[] = [];
  #encodeCpuMs = 0;
  #interestCpuMs = 0;
  #bytes = 0;
  #errors = 0;

  constructor(contender: EncoderName, scenario: ScenarioName, players: number) {
    this.#contender = contender;
    this.#scenario = scenario;
    this.#players = players;
    // Stock encoders grow their buffer with a warning; it is not what is measured.
    Encoder.BUFFER_SIZE = BUFFER_BYTES;
    this.#room = new EncodeRoom(contender, scenarioOf(scenario, players), players);
    this.#run(WARM_UP_TICKS);
    this.#encodeMs.length = 0;
    this.#encodeCpuMs = 0;
    this.#interestCpuMs = 0;
    this.#bytes = 0;
    this.#room.ages.clear();
  }

  turn(ticks: number): void {
    this.#run(ticks);
  }

  result(): EncodeRun {
    const ticks = this.#encodeMs.length;
    const ages = this.#room.ages.report();
    this.#errors += this.#room.countErrorsAtRest();
    return {
      kind: 'encode',
      contender: this.#contender,
      scenario: this.#scenario,
      players: this.#players,
      ticks,
      visible: round(this.#room.visible),
      encodeCpuMs: round(this.#encodeCpuMs / ticks),
      interestCpuMs: round(this.#interestCpuMs / ticks),
      encodeP50Ms: round(median(this.#encodeMs)),
      encodeP95Ms: round(percentile(Float64Array.from(this.#encodeMs).sort(), 95)),
      bytesPerPlayerPerTick: round(this.#bytes / ticks / this.#players),
      decodeErrors: this.#errors,
      ageP95Ms: { near: finiteOrNull(ages.nearP95Ms), far: finiteOrNull(ages.farP95Ms) },
      ageWorstMs: ages.worstMs,
    };
  }

  #run(ticks: number): void {
    const room = this.#room;
    const endMs = performance.now() + TURN_MS;
    const bytesBefore = room.bytes;
    for (let i = 0; i < ticks && performance.now() < endMs; i++) {
      room.step();
      const startedCpuMs = threadCpuMs();
      room.look();
      const lookedCpuMs = threadCpuMs();
      const lookedAtMs = performance.now();
      room.flush();
      this.#encodeMs.push(performance.now() - lookedAtMs);
      this.#encodeCpuMs += threadCpuMs() - lookedCpuMs;
      this.#interestCpuMs += lookedCpuMs - startedCpuMs;
      room.read();
    }
    this.#bytes += room.bytes - bytesBefore;
    this.#errors += room.countErrors();
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
