/**
 * What one bot saw of one life of its room over one connection. Lives and connections end with failovers and moves, so that
 * consecutive stays of a session tell what a failure did. Moments are of the machine's clock (`machineNowMs`).
 */
export interface Stay {
  readonly bot: number;
  readonly kind: BotKind;
  readonly sessionId: string;
  readonly roomId: string;
  readonly roomName: string;
  /** Of the room's ownership, as the server told when the bot was seated; null: not told. */
  readonly epoch: number | null;
  /** Process that made the steps, and how often the room had been brought back. */
  readonly pid: number;
  readonly life: number;
  /** When the first and the newest state arrived. */
  readonly firstStateAtMs: number;
  lastStateAtMs: number;
  /** When the steps of the first and the newest state were made, by the machine's clock at the node. */
  readonly firstActedAtMs: number;
  lastActedAtMs: number;
  readonly firstTick: number;
  lastTick: number;
  /** The room’s steps as they were found when this life began, in its state and in its hidden data. */
  readonly restoredTick: number;
  readonly hiddenTick: number;
  /** Machine's clock minus room's clock at the first state, and how far it ever was from that. */
  readonly clockOffsetMs: number;
  clockDriftMs: number;
  /** Longest time without a state. */
  longestSilenceMs: number;
  states: number;
  /** Own adds and inputs in the newest state, and how many the bot has sent. */
  added: number;
  moved: number;
  addsSent: number;
  inputsSent: number;
  /** Sessions in the newest state. */
  sessionIds: readonly string[];
  /** Alarms that should have rung by the room's clock but did not (negative: too many), at worst. */
  alarmsMissing: number;
  /** What the bot saw and must never see: own seat missing, a foreign secret, time that runs backwards, … */
  readonly faults: StayFault[];
  /** How the connection ended; null while it is open, or the life ended before it. */
  end: { readonly atMs: number; readonly code: number; readonly reason: string } | null;
}

export type BotKind = 'light' | 'sdk';

export interface StayFault {
  readonly kind:
    | 'repeated'
    | 'skipped'
    | 'no-seat'
    | 'secret-lost'
    | 'secret-leaked'
    | 'clock-back'
    | 'tick-back';
  readonly detail: string;
}
