import { machineNowMs } from '../../machine/machine-clock.ts';
import { ALARM_EVERY_MS } from '../chaos-state.ts';
import type { BotKind, Stay, StayFault } from '../evidence/stay.ts';

/** The state of a chaos room as any client decodes it. */
export interface ChaosView {
  readonly tick: number;
  readonly clockMs: number;
  readonly actedAtMs: number;
  readonly pid: number;
  readonly lives: number;
  readonly restoredTick: number;
  readonly hiddenTick: number;
  readonly alarms: number;
  readonly players: ReadonlyMap<string, ChaosPlayerView>;
}

interface ChaosPlayerView {
  readonly added: number;
  readonly moved: number;
  readonly repeats: number;
  readonly addsSkipped: number;
  readonly inputsSkipped: number;
  readonly secret: number | undefined;
}

export interface Recorded {
  readonly bot: number;
  readonly kind: BotKind;
  readonly sessionId: string;
  readonly roomId: string;
  readonly roomName: string;
}

/** Looking at the others' secrets costs more than the rest. */
const LOOK_AT_OTHERS_EVERY_STATES = 20;
/** Timers are looked at before each step, and rounded up to whole ms. */
const ALARM_LATE_MS = 2;

/** Looks at every state a bot receives and keeps what the judges need. */
export class StayRecorder {
  /** How many adds and inputs the bot has sent so far; the bot keeps them up to date. */
  addsSent = 0;
  inputsSent = 0;
  /** States since the last `takeStates`. */
  #states = 0;
  readonly #of: Recorded;
  readonly #onStay: (stay: Stay) => void;
  #stay: Stay | null = null;
  #newest: ChaosView | null = null;
  #movedMost = 0;
  #epoch: number | null = null;
  #secret: number | null = null;
  #lastClockMs = 0;

  /** @param onStay - gets each stay when it is over */
  constructor(of: Recorded, onStay: (stay: Stay) => void) {
    this.#of = of;
    this.#onStay = onStay;
  }

  /** A new connection has been seated; its first state follows. */
  connected(epoch: number | null): void {
    this.#epoch = epoch;
    this.#finish();
  }

  seen(state: ChaosView): void {
    const nowMs = machineNowMs();
    this.#states++;
    // Before the first step of a fresh room there is nothing to tell.
    if (state.tick === 0) return;
    if (this.#stay !== null && this.#stay.life !== state.lives) this.#finish();
    this.#stay ??= this.#begin(state, nowMs);
    const stay = this.#stay;
    this.#newest = state;
    if (state.tick < stay.lastTick) this.#fault('tick-back', `${stay.lastTick} → ${state.tick}`);
    if (state.clockMs < this.#lastClockMs) {
      this.#fault('clock-back', `${this.#lastClockMs} → ${state.clockMs} ms`);
    }
    this.#lastClockMs = Math.max(this.#lastClockMs, state.clockMs);
    stay.states++;
    stay.longestSilenceMs = Math.max(stay.longestSilenceMs, nowMs - stay.lastStateAtMs);
    stay.lastStateAtMs = nowMs;
    stay.lastActedAtMs = state.actedAtMs;
    stay.lastTick = state.tick;
    const driftMs = Math.abs(state.actedAtMs - state.clockMs - stay.clockOffsetMs);
    stay.clockDriftMs = Math.max(stay.clockDriftMs, driftMs);
    // A room that has just come back runs what is due with its next step.
    const missing = state.tick > state.restoredTick ? alarmsMissing(state) : 0;
    if (Math.abs(missing) > Math.abs(stay.alarmsMissing)) stay.alarmsMissing = missing;
    this.#lookAtPlayers(state, stay);
  }

  /** The connection ended. */
  dropped(code: number, reason: string): void {
    if (this.#stay !== null) this.#stay.end = { atMs: machineNowMs(), code, reason };
    this.#finish();
  }

  /** Inputs sent that no received state has contained yet. */
  get inputsWaiting(): number {
    return this.inputsSent - this.#movedMost;
  }

  /** Hands over the stay that goes on, as it is now. */
  stop(): void {
    this.#finish();
  }

  takeStates(): number {
    const states = this.#states;
    this.#states = 0;
    return states;
  }

  #begin(state: ChaosView, nowMs: number): Stay {
    return {
      ...this.#of,
      epoch: this.#epoch,
      pid: state.pid,
      life: state.lives,
      firstStateAtMs: nowMs,
      lastStateAtMs: nowMs,
      firstActedAtMs: state.actedAtMs,
      lastActedAtMs: state.actedAtMs,
      firstTick: state.tick,
      lastTick: state.tick,
      restoredTick: state.restoredTick,
      hiddenTick: state.hiddenTick,
      clockOffsetMs: state.actedAtMs - state.clockMs,
      clockDriftMs: 0,
      longestSilenceMs: 0,
      states: 0,
      added: 0,
      moved: 0,
      addsSent: 0,
      inputsSent: 0,
      sessionIds: [],
      alarmsMissing: 0,
      faults: [],
      end: null,
    };
  }

  #lookAtPlayers(state: ChaosView, stay: Stay): void {
    const own = state.players.get(this.#of.sessionId);
    if (own === undefined) {
      this.#fault('no-seat', `${state.players.size} others`);
      return;
    }
    stay.added = own.added;
    stay.moved = own.moved;
    this.#movedMost = Math.max(this.#movedMost, own.moved);
    if (own.repeats > 0) this.#fault('repeated', `${own.repeats} adds or inputs`);
    if (own.addsSkipped + own.inputsSkipped > 0) {
      this.#fault('skipped', `${own.addsSkipped} adds, ${own.inputsSkipped} inputs`);
    }
    if (own.secret !== undefined && own.secret > 0) this.#secret ??= own.secret;
    else if (this.#secret !== null) this.#fault('secret-lost', 'gone');
    if (this.#secret !== null && own.secret && own.secret !== this.#secret) {
      this.#fault('secret-lost', 'another one');
    }
    if (stay.states % LOOK_AT_OTHERS_EVERY_STATES !== 1) return;
    for (const [sessionId, player] of state.players) {
      if (sessionId !== this.#of.sessionId && player.secret) {
        this.#fault('secret-leaked', `of ${sessionId}`);
      }
    }
  }

  /** Each kind once per stay: a broken room would tell it with every step. */
  #fault(kind: StayFault['kind'], detail: string): void {
    const faults = this.#stay?.faults ?? [];
    if (!faults.some((known) => known.kind === kind)) faults.push({ kind, detail });
  }

  #finish(): void {
    const stay = this.#stay;
    if (stay === null) return;
    this.#stay = null;
    stay.addsSent = this.addsSent;
    stay.inputsSent = this.inputsSent;
    stay.sessionIds = [...(this.#newest?.players.keys() ?? [])];
    this.#onStay(stay);
  }
}

/** Alarms that are overdue; negative: rang too early, or twice. */
function alarmsMissing({ clockMs, alarms }: ChaosView): number {
  const latest = Math.floor((clockMs - ALARM_LATE_MS) / ALARM_EVERY_MS) - alarms;
  return Math.max(0, latest) || Math.min(0, Math.floor(clockMs / ALARM_EVERY_MS) - alarms);
}
