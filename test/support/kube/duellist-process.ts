// A player at the duel's table against its bot, through the door of a region. Runs in the network of the pods.
//
//   argv  <address of the door>
//   in    'play': makes a move and waits for the answer · 'tell'
//   out   DuellistReport, once at the table and after each

import { MemoryStorage, MeridianClient } from '@meridian/client';
import type { DuelState } from '../../../demos/duel/shared/duel-state.ts';
import { formatMove, replay } from '../../../demos/duel/shared/notation.ts';
import { legalMoves, type Seat } from '../../../demos/duel/shared/rules.ts';
import type { RoomLocation } from '../../../src/protocol/rest.ts';
import { eventually } from '../eventually.ts';

export interface DuellistReport {
  readonly roomId: string;
  readonly sessionId: string;
  readonly seat: Seat;
  readonly game: number;
  readonly moves: readonly string[];
  /** Close codes of the sockets he has lost. */
  readonly drops: readonly number[];
  /** Why he is out, or null. */
  readonly ending: string | null;
  /** How players reach the node that has the room. */
  readonly publicAddress: string;
}

const PATIENCE = { withinMs: 30_000 };

const [door = ''] = process.argv.slice(2);
const client = new MeridianClient(`http://${door}`, { storage: new MemoryStorage() });
await client.signInAsGuest({ displayName: 'Ada' });
const room = await client.joinOrCreate<DuelState>('duel', { opponent: 'bot', clockMs: 600_000 });
const drops: number[] = [];
let ending: string | null = null;
room.onDrop(({ code }) => drops.push(code));
room.onLeave((code, reason) => {
  ending = `${code} ${reason}`;
});
await eventually(() => isMyTurn(), PATIENCE);
await report();

process.on('disconnect', () => process.exit());
process.on('message', async (message) => {
  if (message === 'play') await play();
  await report();
});

function seatOf(): Seat {
  return room.state.seats.findIndex(({ sessionId }) => sessionId === room.sessionId) as Seat;
}

function isMyTurn(): boolean {
  const { phase, layout, moves } = room.state;
  return phase === 'playing' && replay(layout, moves)?.turn === seatOf();
}

async function play(): Promise<void> {
  const { layout, moves, game } = room.state;
  const position = replay(layout, moves);
  const [move] = position === null ? [] : legalMoves(position, seatOf());
  if (position === null || move === undefined) throw new Error('there is no move to make');
  room.send('move', { game, ply: position.ply, move: formatMove(move) });
  await eventually(() => room.state.moves.length > position.ply + 1 && isMyTurn(), PATIENCE);
}

async function report(): Promise<void> {
  const reply = await fetch(`http://${door}/v1/rooms/${room.roomId}`);
  if (!reply.ok) throw new Error(`where his room is, the door answers with ${reply.status}`);
  const location = (await reply.json()) as RoomLocation;
  const found: DuellistReport = {
    roomId: room.roomId,
    sessionId: room.sessionId,
    seat: seatOf(),
    game: room.state.game,
    moves: [...room.state.moves],
    drops,
    ending,
    publicAddress: location.state === 'running' ? (location.publicAddress ?? '') : '',
  };
  process.send?.(found);
}
