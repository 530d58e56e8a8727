// Matchmaking as clients see it. A ticket is one body, whether it is asked for (`GET /v1/tickets/{ticketId}`) or pushed.
//
//   client ─── POST /v1/queues/{queue}/tickets ──▶ queued
//   client ══ WebSocket /v1/matchmaking ══▶        { accessToken }                       first frame, from the client
//   client ◀── { ticket, party }                   what the player has now: who comes back asks for nothing
//   client ◀── { ticket: … searching }             with each step that widens what the ticket accepts
//   client ◀── { ticket: … matched }               a seat in a room, in this region or another
//   client ◀── { ticket: … expired }               why, and the best match there was

import type { ErrorBody } from './rest.ts';

/** WebSocket path of what becomes of a player's ticket and party, on every node. */
export const MATCHMAKING_PATH = '/v1/matchmaking';

/** `POST /v1/queues/{queue}/tickets`. A party's leader enters all its members; their latencies came with them. */
export interface TicketRequest {
  /** Signed by the regions that measured (`ProbeCertificate.token`), one of each. */
  readonly latencyTokens: readonly string[];
  /** Roles the player would play, the dearest first. Absent: any. */
  readonly roles?: readonly string[];
  /** Players he will not meet in a match. */
  readonly avoids?: readonly string[];
}

/** What of a ticket does not change. */
export interface TicketFacts {
  readonly ticketId: string;
  readonly queue: string;
  /** Everybody who waits on it, the leader first. */
  readonly playerIds: readonly string[];
  /** Wall clock of the server, ms since the Unix epoch; so are all times here. */
  readonly createdAtMs: number;
  /** When it ends, matched or not. */
  readonly timeoutAtMs: number;
}

/** What a ticket accepts by now. */
export interface TicketWidening {
  /** 0 at first; one more with each expansion of the queue's rules that has come to apply. */
  readonly step: number;
  /** Round trip of the party's worst player, ms. */
  readonly capMs: number;
  /** Rating points to the other tickets of the match. */
  readonly skillDistance: number;
  /** Its nearest regions that are searched. */
  readonly regionsTried: number;
  /** When it accepts more; null: never. */
  readonly nextStepAtMs: number | null;
}

/** A seat is good for some seconds: take it at once. */
export interface MatchSeat {
  readonly matchId: string;
  readonly regionId: string;
  /** `http(s)://` address of the region; null: the address the client used. */
  readonly regionUrl: string | null;
  /** From 0. */
  readonly team: number;
  /** Null: the queue has no roles. */
  readonly role: string | null;
  /** As Colyseus' matchmaker answers; its SDKs consume it. */
  readonly reservation: {
    readonly name: string;
    readonly roomId: string;
    readonly sessionId: string;
    readonly processId: string;
    readonly publicAddress?: string | undefined;
    readonly nodes?: readonly string[] | undefined;
    readonly refuge?: string | undefined;
  };
}

/** Why a ticket was not matched, the most weighty reason first; `kind` is for programs, the rest are figures. */
export interface TicketWaitReason {
  readonly kind: string;
  readonly [figure: string]: unknown;
}

/** The best match there was for a ticket that has expired. */
export interface TicketOffer {
  readonly regionId: string;
  readonly players: number;
  /** Worst round trip in it, ms. */
  readonly latencyMs: number;
  /** Rating points between the means of the teams. */
  readonly teamGap: number;
}

/** A ticket as its player is told: what all states have, and what each knows besides. */
export type TicketBody = TicketFacts &
  (
    | { readonly state: 'queued' }
    | {
        readonly state: 'searching';
        readonly widening: TicketWidening;
        /** From now, ms, by how long others have waited; null while nobody knows. */
        readonly estimatedWaitMs: number | null;
      }
    /** `match` is the seat of who asks; null for a member of the party who has none. */
    | { readonly state: 'matched'; readonly match: MatchSeat | null }
    | {
        readonly state: 'expired';
        readonly reasons: readonly TicketWaitReason[];
        readonly bestOffer: TicketOffer | null;
      }
    /** `turned-away`: a player of it was banned, or his sign-ins have ended. */
    | {
        readonly state: 'cancelled';
        readonly by: 'player' | 'party-changed' | 'turned-away';
      }
  );

/** `GET /v1/tickets/{ticketId}/explanation`: why it is not matched yet. */
export interface TicketExplanation {
  readonly ticketId: string;
  readonly waitedMs: number;
  readonly reasons: readonly TicketWaitReason[];
  /** Every region it has a latency to, the nearest first. */
  readonly regions: readonly {
    readonly regionId: string;
    readonly latencyMs: number;
    /** Wait from which it may be matched there, ms; null: never. */
    readonly openAtWaitMs: number | null;
  }[];
  readonly bestOffer: TicketOffer | null;
}

/** `POST /v1/parties`, and `POST /v1/parties/join` with the code. */
export interface PartyEntry {
  readonly latencyTokens: readonly string[];
  readonly roles?: readonly string[];
  readonly avoids?: readonly string[];
}

export interface PartyJoinRequest extends PartyEntry {
  /** As the party's members see it; upper or lower case. */
  readonly code: string;
}

/** Friends who queue together, as every member is told. */
export interface PartyBody {
  readonly partyId: string;
  /** To be told to friends. */
  readonly code: string;
  readonly regionId: string;
  readonly leaderId: string;
  readonly members: readonly { readonly playerId: string; readonly displayName: string }[];
}

/** First frame of the client. */
export interface MatchmakingHello {
  readonly accessToken: string;
}

/** Server to client: what has changed. Null: there is none (any more). */
export type MatchmakingPush =
  | { readonly ticket?: TicketBody | null; readonly party?: PartyBody | null }
  | ErrorBody;
