import type {
  BackfillTeam,
  MatchedPlayer,
  MatchInfo,
  ReplacedPlayer,
} from '../../matchmaking/contract.ts';

// Who has the places of a match:
//
//   had by the matched ──seat──▶ seated ──free──▶ open ──admit──▶ promised ──sit──▶ had by the newcomer, who is seated
//                                                   ▲                │ the seat expired, or he was not let in
//                                                   └────────────────┘
//
// A place whose player never got a seat is not open: the room has just been made for him.
// A place is promised to one player at a time, whoever sends them.

/** A player's place: his team, from 0, and what he plays there. */
export interface MatchPlace {
  readonly team: number;
  readonly role: string | null;
}

interface Seat {
  readonly sessionId: string;
  readonly player: MatchedPlayer;
  /** False: reserved. */
  isTaken: boolean;
}

interface Place {
  readonly team: number;
  /** Of the team, from 0. */
  readonly at: number;
  /** Who has it, or had it last. */
  holder: MatchedPlayer;
  seat: Seat | null;
  hasHadSeat: boolean;
}

export class MatchPlaces {
  readonly match: Pick<MatchInfo, 'matchId' | 'queue'>;
  readonly #places: readonly Place[];
  readonly #teamCount: number;
  readonly #replaced: ReplacedPlayer[];

  /** @param hasPlayed - the room comes back: whoever has no seat in it now has left */
  constructor({ matchId, queue, teams, replaced = [] }: MatchInfo, hasPlayed: boolean) {
    this.match = { matchId, queue };
    this.#teamCount = teams.length;
    this.#replaced = [...replaced];
    this.#places = teams.flatMap(({ players }, team) =>
      players.map((player, at) => ({
        ...{ team, at, holder: player, seat: null, hasHadSeat: hasPlayed },
      })),
    );
  }

  /** The match as of now; who is promised a place counts when he sits. */
  get info(): MatchInfo {
    return {
      ...this.match,
      teams: this.#byTeam(({ holder }) => holder),
      ...(this.#replaced.length > 0 && { replaced: [...this.#replaced] }),
    };
  }

  /** With those who are promised a place. */
  get teams(): MatchInfo['teams'] {
    return this.#byTeam(playerOf);
  }

  placeOf(playerId: string): MatchPlace | undefined {
    const place = this.#places.find((it) => playerOf(it).playerId === playerId);
    return place && { team: place.team, role: place.holder.role };
  }

  /** A player who has a place has a seat, or keeps it. */
  seat(sessionId: string, playerId: string, isTaken: boolean): void {
    const place = this.#places.find(({ holder }) => holder.playerId === playerId);
    if (place === undefined) return;
    // Who comes back by the room's id finds his place, unless another is promised it; or takes a seat instead of one he did not take.
    const isHis = place.seat?.player.playerId === playerId && !place.seat.isTaken;
    if (place.seat !== null && !isHis) return;
    place.seat = { sessionId, player: place.holder, isTaken };
    place.hasHadSeat = true;
  }

  /** Promises an open place to a newcomer. @returns false: there is none for him */
  admit(sessionId: string, player: MatchedPlayer, team: number): boolean {
    const { playerId, role } = player;
    // He had sat, and what wrote that down was quicker than what writes down seats.
    const own = this.#places.find(
      (it) => it.team === team && it.seat === null && it.holder.playerId === playerId,
    );
    const open =
      own ?? this.#places.find((it) => it.team === team && isOpen(it) && it.holder.role === role);
    if (open === undefined || (own === undefined && this.#isKnown(playerId))) return false;
    open.seat = { sessionId, player, isTaken: false };
    return true;
  }

  /** Who has a seat takes it. @returns whether the match has changed by it */
  sit(sessionId: string): boolean {
    const place = this.#placeOfSession(sessionId);
    if (place?.seat === undefined || place.seat === null) return false;
    const { player } = place.seat;
    place.seat.isTaken = true;
    const { holder, team, at } = place;
    if (holder.playerId === player.playerId) return false;
    this.#replaced.push({ player: holder, team, place: at });
    place.holder = player;
    return true;
  }

  /** A seat is given up. */
  free(sessionId: string): void {
    const place = this.#placeOfSession(sessionId);
    if (place !== undefined) place.seat = null;
  }

  /** Gives up reserved seats that nobody took in time. */
  freeExpired(isReserved: (sessionId: string) => boolean): void {
    for (const place of this.#places) {
      const { seat } = place;
      if (seat !== null && !seat.isTaken && !isReserved(seat.sessionId)) place.seat = null;
    }
  }

  /** What the match lacks; null: nothing. */
  get lacking(): {
    readonly teams: readonly BackfillTeam[];
    readonly left: readonly string[];
  } | null {
    if (!this.#places.some(isOpen)) return null;
    const teams = Array.from({ length: this.#teamCount }, (_, team) => {
      const ofTeam = this.#places.filter((it) => it.team === team);
      return {
        players: ofTeam.flatMap(({ seat }) => (seat === null ? [] : [seated(seat.player)])),
        openPlaces: ofTeam.filter(isOpen).length,
      };
    });
    const left = [
      ...this.#replaced.map(({ player }) => player),
      ...this.#places.filter(isOpen).map(({ holder }) => holder),
    ];
    return { teams, left: left.map(({ playerId }) => playerId) };
  }

  #byTeam(pick: (place: Place) => MatchedPlayer): MatchInfo['teams'] {
    return Array.from({ length: this.#teamCount }, (_, team) => ({
      players: this.#places.filter((it) => it.team === team).map(pick),
    }));
  }

  #placeOfSession(sessionId: string): Place | undefined {
    return this.#places.find(({ seat }) => seat?.sessionId === sessionId);
  }

  /** Whether he has, had or is promised a place. */
  #isKnown(playerId: string): boolean {
    return (
      this.#replaced.some(({ player }) => player.playerId === playerId) ||
      this.#places.some(
        ({ holder, seat }) => holder.playerId === playerId || seat?.player.playerId === playerId,
      )
    );
  }
}

/** With promises counted. */
function playerOf({ seat, holder }: Place): MatchedPlayer {
  return seat?.player ?? holder;
}

function isOpen({ seat, hasHadSeat }: Place): boolean {
  return seat === null && hasHadSeat;
}

function seated({
  playerId,
  rating,
  role,
  avoids,
}: MatchedPlayer): BackfillTeam['players'][number] {
  return {
    ...{ playerId, rating },
    ...(role === null ? {} : { role }),
    ...(avoids === undefined ? {} : { avoids }),
  };
}
