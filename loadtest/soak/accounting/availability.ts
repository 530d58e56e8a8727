import type { PlayerSecond } from './player-account.ts';

/** Seconds of some players, counted. */
export interface Played {
  /** Seconds that count. */
  readonly playerSeconds: number;
  readonly playedSeconds: number;
  /** Left out: the player's own link. */
  readonly excusedSeconds: number;
}

/** A second that a player did not play. */
export interface UnplayedSecond {
  readonly player: number;
  readonly home: string;
  /** Where his room is. */
  readonly regionId: string;
  /** Of the machine's clock. */
  readonly second: number;
  readonly oldestStateMs: number;
  readonly actionP95Ms: number | null;
}

/** Counts player-seconds by the second and by the players' home. */
export class AvailabilityBook {
  readonly unplayed: UnplayedSecond[] = [];
  readonly #cells = new Map<
    number,
    Map<string, { played: number; all: number; excused: number }>
  >();

  /** Books settled seconds of one player. */
  add(
    of: Pick<UnplayedSecond, 'player' | 'home' | 'regionId'>,
    seconds: readonly PlayerSecond[],
  ): void {
    for (const { second, isPlayed, isExcused, oldestStateMs, actionP95Ms } of seconds) {
      const cell = this.#cell(second, of.home);
      if (isExcused) {
        cell.excused++;
        continue;
      }
      cell.all++;
      if (isPlayed) cell.played++;
      else this.unplayed.push({ ...of, second, oldestStateMs, actionP95Ms });
    }
  }

  /** Seconds in the order of time. */
  get seconds(): readonly number[] {
    return [...this.#cells.keys()].toSorted((a, b) => a - b);
  }

  get homes(): readonly string[] {
    return [...new Set([...this.#cells.values()].flatMap((homes) => [...homes.keys()]))];
  }

  /** @param only - of one second, of one home; nothing: of all */
  played(only: { readonly second?: number; readonly home?: string } = {}): Played {
    const cells =
      only.second === undefined
        ? [...this.#cells.values()]
        : [this.#cells.get(only.second) ?? new Map()];
    let [playerSeconds, playedSeconds, excusedSeconds] = [0, 0, 0];
    for (const homes of cells) {
      for (const [home, { all, played, excused }] of homes) {
        if (only.home !== undefined && only.home !== home) continue;
        playerSeconds += all;
        playedSeconds += played;
        excusedSeconds += excused;
      }
    }
    return { playerSeconds, playedSeconds, excusedSeconds };
  }

  #cell(second: number, home: string) {
    const homes = this.#cells.get(second) ?? new Map();
    this.#cells.set(second, homes);
    const cell = homes.get(home) ?? { played: 0, all: 0, excused: 0 };
    homes.set(home, cell);
    return cell;
  }
}

/** Share of the seconds that were played, from 0 to 1; 0 where nobody wanted to: a run without players shows nothing. */
export function availabilityOf({ playerSeconds, playedSeconds }: Played): number {
  return playerSeconds === 0 ? 0 : playedSeconds / playerSeconds;
}
