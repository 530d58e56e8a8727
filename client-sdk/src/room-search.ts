import type { RoomAnswer, RoomFinder } from './room-finder.ts';
import type { RoomTarget } from './room-target.ts';
import { nextSearchStep } from './search-step.ts';

export interface RoomSearchDependencies {
  readonly roomId: string;
  /** Null when the region cannot be asked. */
  readonly finder: RoomFinder | null;
  readonly random: () => number;
  /** Monotonic, in ms. */
  readonly nowMs: () => number;
  /** Since anything was heard of the room, in ms: a region that is lost closes no connection. */
  readonly outageMs: () => number;
  /** Where the connection went last. */
  readonly target: () => RoomTarget;
  /** The process of before the outage: that the room runs there is no news. */
  readonly lostProcessId: () => string;
  /** The room is there now; the dialing follows. */
  readonly onTarget: (to: RoomTarget) => void;
  /** Another node is bringing the room back; asked again in `inMs`. */
  readonly onRecovering: (inMs: number) => void;
  /** The room is gone for good. */
  readonly onLost: (reason: string) => void;
  /** Asked before each repeated question: whether enough was asked. */
  readonly isTimeUp: () => boolean;
  readonly onTimeUp: () => void;
}

export interface SearchRequest {
  /** Backoff until the address of before may be dialed, in ms. */
  readonly dialInMs: number;
  /** Wait before the first question, in ms; null when there is nothing to ask. */
  readonly askInMs: number | null;
  readonly dial: () => void;
}

interface Search {
  readonly dial: () => void;
  dialAtMs: number;
  /** Ends the present wait; null while a question is under way. */
  wake: (() => void) | null;
}

/** No room is brought to another region sooner; until then nobody there need be asked. */
const REFUGE_AFTER_MS = 3_000;
/** The longest the region waits with an answer. */
const MOST_WAIT_MS = 1_000;

/** The time between a lost connection and the next dialing: waits, and asks where the room is. One search at a time. */
export class RoomSearch {
  readonly #deps: RoomSearchDependencies;
  #search: Search | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastAnswer: RoomAnswer['kind'] | null = null;
  #answers = 0;

  constructor(deps: RoomSearchDependencies) {
    this.#deps = deps;
  }

  /** Takes the place of a search that is under way. */
  begin({ dialInMs, askInMs, dial }: SearchRequest): void {
    const { finder, nowMs } = this.#deps;
    const search: Search = { dial, dialAtMs: nowMs() + dialInMs, wake: null };
    this.#search = search;
    if (finder === null || askInMs === null) this.#dialIn(dialInMs, search);
    else this.#wait(askInMs, search, () => void this.#ask(finder, search));
  }

  /** Does now what is waited for. */
  hurry(): void {
    if (this.#search === null) return;
    this.#search.dialAtMs = this.#deps.nowMs();
    this.#search.wake?.();
  }

  cancel(): void {
    this.#search = null;
    clearTimeout(this.#timer);
  }

  /** Forgets what the region answered in an outage that is over. */
  reset(): void {
    this.#lastAnswer = null;
  }

  async #ask(finder: RoomFinder, search: Search): Promise<void> {
    const { roomId, nowMs, random, ...deps } = this.#deps;
    const { processId, address } = deps.target();
    const lost = { processId: deps.lostProcessId(), address };
    const answer = await finder.seek(roomId, lost, {
      waitMs: this.#waitMs(search),
      isLate: deps.outageMs() >= REFUGE_AFTER_MS,
    });
    if (this.#search !== search) return;
    this.#answers = this.#lastAnswer === answer.kind ? this.#answers + 1 : 1;
    this.#lastAnswer = answer.kind;
    const step = nextSearchStep(answer, {
      processId,
      dialInMs: search.dialAtMs - nowMs(),
      answers: this.#answers,
      random: random(),
    });
    if (step.kind === 'end') {
      deps.onLost(step.reason);
    } else if (step.kind === 'dial') {
      if (step.to !== null) deps.onTarget(step.to);
      this.#dialIn(step.inMs, search);
    } else if (deps.isTimeUp()) {
      deps.onTimeUp();
    } else {
      if (answer.kind === 'recovering') deps.onRecovering(step.inMs);
      this.#wait(step.inMs, search, () => void this.#ask(finder, search));
    }
  }

  /** The first question asks who is there; later ones may be held until there is something new, or it is time to dial. */
  #waitMs({ dialAtMs }: Search): number {
    if (this.#lastAnswer === 'recovering') return MOST_WAIT_MS;
    if (this.#lastAnswer !== 'running') return 0;
    return Math.floor(Math.max(0, Math.min(MOST_WAIT_MS, dialAtMs - this.#deps.nowMs())));
  }

  #dialIn(ms: number, search: Search): void {
    this.#wait(ms, search, () => {
      this.#search = null;
      search.dial();
    });
  }

  #wait(ms: number, search: Search, next: () => void): void {
    const go = () => {
      clearTimeout(this.#timer);
      search.wake = null;
      next();
    };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(go, ms);
    search.wake = go;
  }
}
