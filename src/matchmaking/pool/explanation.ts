/** Why a ticket is not matched, for players and for whoever tunes the queue. */
export interface Explanation {
  readonly ticketId: string;
  readonly waitedMs: number;
  /** Never empty; what stands most in the way comes first. */
  readonly reasons: readonly WaitReason[];
  /** All regions the ticket has a latency for, the nearest first. */
  readonly regions: readonly RegionOutlook[];
  /** The cheapest match there is for it now; null: none. What a ticket that times out is offered. */
  readonly bestOffer: Offer | null;
}

export type WaitReason =
  /** No region is within the cap yet, or ever (`allowedAtWaitMs` null). */
  | { readonly kind: 'no-region-within-cap'; readonly allowedAtWaitMs: number | null }
  /** Nobody else may play in the regions that are tried for it. */
  | { readonly kind: 'nobody-within-latency' }
  /** Others are there, but further away in skill than `maxDistance`. */
  | {
      readonly kind: 'skill-too-far';
      readonly nearestDistance: number;
      readonly maxDistance: number;
    }
  /** Too few players are near for a match. */
  | {
      readonly kind: 'too-few-players';
      readonly players: number;
      readonly needed: number;
    }
  /** Enough players, but not for these roles. */
  | { readonly kind: 'roles-missing'; readonly roles: readonly string[] }
  /** Enough players, but their parties, with the roles they would play, do not add up to teams. */
  | { readonly kind: 'parties-do-not-fit' }
  /** Enough players, but so many of them avoid somebody of this ticket, or are avoided. */
  | { readonly kind: 'avoided'; readonly tickets: number }
  /** There is a match, but it is dearer than what is accepted after this wait. */
  | {
      readonly kind: 'cost-too-high';
      readonly cost: number;
      readonly acceptedCost: number;
      /** Wait at which it would be made, ms; null: never (the hook forbids it). */
      readonly acceptedAtWaitMs: number | null;
    }
  /** Nothing stands in the way: the next pass takes it. */
  | { readonly kind: 'next-pass' };

export interface RegionOutlook {
  readonly regionId: string;
  readonly latencyMs: number;
  /** What this ticket accepts now, ms. */
  readonly capMs: number;
  readonly isAllowed: boolean;
  /** Wait at which it is within the cap, ms; null: never. */
  readonly allowedAtWaitMs: number | null;
  /** Whether it is among the nearest that are tried after this wait. */
  readonly isTried: boolean;
  /** Other tickets that may play there now. */
  readonly tickets: number;
  /** Of those, the ones near enough in skill, up to `RuleSet.search.candidates`. */
  readonly ticketsInReach: number;
  /** Rating points to the nearest of them; null: there is nobody. */
  readonly nearestDistance: number | null;
}

export interface Offer {
  readonly regionId: string;
  readonly ticketIds: readonly string[];
  readonly cost: number;
  /** Rating points between the means of the teams. */
  readonly teamGap: number;
  /** Rating points between the strongest and the weakest party. */
  readonly spread: number;
  /** Worst round trip in the match, ms. */
  readonly latencyMs: number;
}
