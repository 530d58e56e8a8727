import type { ColyseusMode, LoadProtocol, ServerSetup } from './wire.ts';

/** One way of serving the bench game. */
export interface Contender {
  readonly name: ContenderName;
  /** For the table. */
  readonly title: string;
  /** Script in `servers/`. */
  readonly server: string;
  readonly runtime: 'node' | 'bun';
  readonly mode?: ColyseusMode;
  /** More for its {@link ServerSetup}. */
  readonly setup?: Partial<ServerSetup>;
  readonly protocol: LoadProtocol;
  /** Where the search for the most players begins: the nearer, the fewer runs. */
  readonly likelyPlayers: number;
  /** Whether rooms without players make sense, and so the memory and idle figures. */
  readonly hasIdleRooms: boolean;
}

export const CONTENDER_NAMES = [
  'meridian',
  'colyseus-input',
  'colyseus-plain',
  'colyseus-default',
  'socketio',
  'ws',
  'colyseus-plain-bun',
  'meridian-bun',
] as const;
export type ContenderName = (typeof CONTENDER_NAMES)[number];

export const CONTENDERS: Readonly<Record<ContenderName, Contender>> = {
  meridian: {
    name: 'meridian',
    title: 'Meridian: defineInput, quantized',
    server: 'meridian.ts',
    runtime: 'node',
    protocol: 'colyseus-input',
    likelyPlayers: 2_800,
    hasIdleRooms: true,
  },
  'colyseus-input': {
    name: 'colyseus-input',
    title: 'Colyseus 0.18: defineInput, aligned',
    server: 'colyseus.ts',
    runtime: 'node',
    mode: 'input',
    protocol: 'colyseus-input',
    likelyPlayers: 1_800,
    hasIdleRooms: true,
  },
  'colyseus-plain': {
    name: 'colyseus-plain',
    title: 'Colyseus 0.18: messages, aligned',
    server: 'colyseus.ts',
    runtime: 'node',
    mode: 'plain',
    protocol: 'colyseus-message',
    likelyPlayers: 2_300,
    hasIdleRooms: false,
  },
  'colyseus-default': {
    name: 'colyseus-default',
    title: 'Colyseus 0.18: messages, two timers',
    server: 'colyseus.ts',
    runtime: 'node',
    mode: 'default',
    protocol: 'colyseus-message',
    likelyPlayers: 2_000,
    hasIdleRooms: false,
  },
  socketio: {
    name: 'socketio',
    title: 'socket.io 4: JSON',
    server: 'socketio.ts',
    runtime: 'node',
    protocol: 'socketio',
    likelyPlayers: 1_700,
    hasIdleRooms: false,
  },
  ws: {
    name: 'ws',
    title: 'ws: one packed buffer per room',
    server: 'ws.ts',
    runtime: 'node',
    protocol: 'packed',
    likelyPlayers: 2_600,
    hasIdleRooms: false,
  },
  'colyseus-plain-bun': {
    name: 'colyseus-plain-bun',
    title: 'Colyseus 0.18 on Bun: messages, aligned',
    server: 'colyseus.ts',
    runtime: 'bun',
    mode: 'plain',
    protocol: 'colyseus-message',
    likelyPlayers: 2_500,
    hasIdleRooms: false,
  },
  'meridian-bun': {
    name: 'meridian-bun',
    title: 'Meridian on Bun: defineInput, quantized',
    server: 'meridian.ts',
    runtime: 'bun',
    protocol: 'colyseus-input',
    likelyPlayers: 2_000,
    hasIdleRooms: false,
  },
};

/** Who runs when nobody is named. */
export const DEFAULT_CONTENDERS: readonly ContenderName[] = CONTENDER_NAMES.filter(
  (name) => CONTENDERS[name].runtime === 'node',
);
