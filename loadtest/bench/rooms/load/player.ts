import type { ClientFrame } from '../../../bots/client-frame.ts';
import type { BotSocket } from '../../../bots/web-socket.ts';
import type { LoadSetup } from '../wire.ts';
import type { Probe } from './probe.ts';

/** One joined player, ready to send. */
export interface Player {
  readonly socket: BotSocket;
  /** As rooms of Colyseus know him; others have no such id. */
  readonly sessionId?: string;
  /** The input message; its number is written by `setSeq`. */
  readonly input: ClientFrame;
  setSeq(seq: number): void;
  /** State snapshots or patches received so far. */
  patches(): number;
  readonly probe: Probe | null;
}

/** Joins player `index`; a probe decodes all it receives. */
export type Join = (index: number, setup: LoadSetup, probe: Probe | null) => Promise<Player>;

/** The first input's number. Five digits from the start to the end, so that every message of a kind has one length. */
export const FIRST_SEQ = 10_000;

/** What every player asks for; the values do not matter, their sizes on each wire do. */
export const STEERING = { moveX: 1, moveY: -1, turn: 0.5 } as const;
