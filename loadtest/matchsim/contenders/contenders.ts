import { RandomSource } from '../model/random-source.ts';
import type { Contender, ContenderSetup } from './contender.ts';
import { GreedyWindowContender } from './greedy-window.ts';
import { MeridianContender } from './meridian.ts';
import { NakamaContender } from './nakama.ts';
import { QueueRoomContender } from './queue-room.ts';

export const CONTENDER_NAMES = [
  'meridian',
  'queue-room',
  'queue-room-per-region',
  'nakama-15s',
  'nakama-1s',
  'greedy-window',
] as const;
export type ContenderName = (typeof CONTENDER_NAMES)[number];

interface ContenderKind {
  readonly title: string;
  make(setup: ContenderSetup): Contender;
}

export const CONTENDERS: Readonly<Record<ContenderName, ContenderKind>> = {
  meridian: { title: 'Meridian', make: (setup) => new MeridianContender(setup) },
  'queue-room': {
    title: 'QueueRoom, one for all',
    make: (setup) => new QueueRoomContender(setup, 'global'),
  },
  'queue-room-per-region': {
    title: 'QueueRoom per region',
    make: (setup) => new QueueRoomContender(setup, 'region'),
  },
  'nakama-15s': { title: 'Nakama, 15 s', make: (setup) => new NakamaContender(setup, 15_000) },
  'nakama-1s': { title: 'Nakama, 1 s', make: (setup) => new NakamaContender(setup, 1_000) },
  'greedy-window': { title: 'Greedy window', make: (setup) => new GreedyWindowContender(setup) },
};

/** A contender, with chances of its own: what one does never changes another's. */
export function makeContender(
  name: ContenderName,
  setup: Omit<ContenderSetup, 'random'>,
  seed: number,
): Contender {
  const stream = CONTENDER_NAMES.indexOf(name) + 1;
  return CONTENDERS[name].make({
    ...setup,
    random: new RandomSource(seed + stream * 0x9e3779b1),
  });
}
