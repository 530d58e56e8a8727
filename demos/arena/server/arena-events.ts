import type { HitMessage, HurtMessage, KillMessage, PickupMessage } from '../shared/messages.ts';

/** How a fighter did in a match. */
export interface Standing {
  readonly fighterId: string;
  readonly name: string;
  readonly isBot: boolean;
  readonly team: number;
  readonly kills: number;
  readonly deaths: number;
}

/** What happens in the world and is not in its state. The room turns it into messages and profile writes. */
export interface ArenaEvents {
  killed(kill: KillMessage): void;
  hurt(victimId: string, hurt: HurtMessage): void;
  hit(shooterId: string, hit: HitMessage): void;
  pickedUp(fighterId: string, pickup: PickupMessage): void;
  /** Best first. */
  matchEnded(standings: readonly Standing[]): void;
}
