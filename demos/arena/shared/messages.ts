// What the room tells besides the state: things that happen once. Nobody sends the room anything but inputs.

/** To everyone: `room.onMessage('kill', …)`. Names travel along because either may have left when it is shown. */
export interface KillMessage {
  readonly killerId: string;
  readonly killerName: string;
  readonly victimId: string;
  readonly victimName: string;
}

/** To the one who was hit: `'hurt'`. */
export interface HurtMessage {
  readonly byId: string;
  /** Where the shot came from, in units. */
  readonly fromX: number;
  readonly fromY: number;
  readonly damage: number;
}

/** To the shooter: `'hit'`. */
export interface HitMessage {
  readonly targetId: string;
  readonly damage: number;
  readonly isKill: boolean;
}

/** To the one who took it: `'pickup'`. */
export interface PickupMessage {
  /** One of `PICKUP_KIND`. */
  readonly kind: number;
}
