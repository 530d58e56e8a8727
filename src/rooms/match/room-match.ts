import type { MatchInfo, MatchResults } from '../../matchmaking/contract.ts';
import type { MatchPlace, MatchPlaces } from './match-places.ts';

/** What a game can do about the places of its match that are open. */
export interface BackfillSwitch {
  readonly isOn: boolean;
  turn(isOn: boolean): void;
}

/** What a room was made for by matchmaking: who plays with whom. It comes back with the room. */
export class RoomMatch {
  readonly #places: MatchPlaces;
  readonly #results: MatchResults;
  readonly #backfill: BackfillSwitch;

  constructor(
    places: MatchPlaces,
    { results, backfill }: { readonly results: MatchResults; readonly backfill: BackfillSwitch },
  ) {
    this.#places = places;
    this.#results = results;
    this.#backfill = backfill;
  }

  /** As `report` counts it: who came for somebody else is in it once he has joined. */
  get info(): MatchInfo {
    return this.#places.info;
  }

  get matchId(): string {
    return this.#places.match.matchId;
  }

  get queue(): string {
    return this.#places.match.queue;
  }

  /** Who has each place, or had it last; who is on his way to an open one has it already. */
  get teams(): MatchInfo['teams'] {
    return this.#places.teams;
  }

  /** Team of a player, from 0, and his role; undefined for who is not in the match, or not any more: another has his place. */
  placeOf(playerId: string): MatchPlace | undefined {
    return this.#places.placeOf(playerId);
  }

  /**
   * From now on the queue looks for players for the places of those who leave for good, until `stopBackfill`: by the rules of the queue
   * (`backfill`), beside those who are still here. Each comes as every player does: `onJoin`, and `placeOf` says where he plays. Nobody
   * comes while the room is locked. Call it in `onCreate`, or when somebody leaves. When the room comes back, what was
   * called last before counts, whatever `onCreate` calls.
   */
  backfill(): void {
    this.#backfill.turn(true);
  }

  /** Nobody comes any more, from this moment on; who has a seat already may take it. */
  stopBackfill(): void {
    this.#backfill.turn(false);
  }

  /** Whether open places shall be filled. */
  get isBackfilling(): boolean {
    return this.#backfill.isOn;
  }

  /**
   * Rates the players by the result. The first report of a match counts, also when the room comes back and reports again. Who left, and
   * who came in his place, are rated both, each as if he had had the place all the time.
   *
   * @param ranks - place of each team, the smallest is the best; equal ones are a tie
   * @throws {GameError} `BAD_REQUEST` for a result that cannot be; `DIRECTORY_UNAVAILABLE`, `STORE_UNAVAILABLE`, `SERVICE_UNAVAILABLE`:
   *   some may not be rated yet, and it may be told again
   */
  report(ranks: readonly number[]): Promise<void> {
    return this.#results.report(this.info, ranks);
  }
}
