import { type Client, ClientState, Protocol } from '@colyseus/core';
import { Decoder, type Schema, type StateView, schema, t } from '@colyseus/schema';
import { ProtocolModifier } from '@colyseus/shared-types';
import fc from 'fast-check';
import { type ClientBudget, FREE_BUDGET } from '../../src/rooms/flow/client-budget.ts';
import { EncodeScratch } from '../../src/rooms/flow/encode-scratch.ts';
import { defineInterest, type Interest } from '../../src/rooms/interest/interest.ts';
import { SegmentSerializer } from '../../src/rooms/interest/segment-serializer.ts';

// A small world in which everything moves, with what can be encoded once for all and what cannot, and its clients: each with
// Colyseus' own decoder.

export const Item = schema({ kind: t.uint8().default(0), note: t.string().optional() }, 'Item');
export const Walker = schema(
  {
    x: t.float32().default(0),
    y: t.float32().default(0),
    hp: t.uint8().default(100),
    name: t.string().optional(),
    angle: t.angle(),
    place: t.quantized({ min: -64, max: 64, bits: 16 }).optional(),
  },
  'Walker',
);
export const Runner = Walker.extend({ speed: t.float32().default(1) }, 'Runner');
export const Unit = schema(
  {
    x: t.float32().default(0),
    y: t.float32().default(0),
    team: t.string().optional(),
    bag: t.array(Item),
    best: t.ref(Item).optional(),
    secret: t.string().optional().view(2),
    hand: t.array(Item).view(),
    ping: t.uint8().optional().unreliable(),
  },
  'Unit',
);
export const Flag = schema({ owner: t.string().optional() }, 'Flag');
export const InterestWorld = schema(
  {
    tick: t.uint32().default(0),
    walkers: t.map(Walker).view(),
    units: t.map(Unit).view(),
    flags: t.map(Flag).view(),
    herd: t.array(Walker).view(),
    scores: t.map('uint32'),
    notes: t.array(Item).view(),
  },
  'InterestWorld',
);
export type InterestWorldState = InstanceType<typeof InterestWorld>;
type WalkerState = InstanceType<typeof Walker>;
type UnitState = InstanceType<typeof Unit>;

export const WORLD_INTEREST: Interest = defineInterest({
  walkers: { radius: 20 },
  units: { radius: 40, team: (unit: UnitState) => unit.team },
  herd: { radius: 20, everywhere: (walker: WalkerState) => walker.hp === 7 },
  flags: { radius: Number.POSITIVE_INFINITY },
});

/** A seat, and what its client makes of its frames. */
export class Watcher {
  readonly client: Client;
  readonly decoder = new Decoder(new InterestWorld());
  isThere = true;
  frames = 0;
  bytes = 0;

  constructor(sessionId: string) {
    this.client = {
      sessionId,
      state: ClientState.JOINED,
      raw: (frame: Uint8Array) => this.read(frame),
    } as never;
  }

  get view(): StateView {
    return this.client.view as StateView;
  }

  get values(): Record<string, unknown> {
    return valuesOf(this.decoder.state);
  }

  read(frame: Uint8Array): void {
    this.frames++;
    this.bytes += frame.length;
    const head = frame[0] as number;
    const it = { offset: (head & ProtocolModifier.TIMED) === 0 ? 1 : 9 };
    const isState = (head & 0x1f) === Protocol.ROOM_STATE;
    if (isState && this.decoder.root.refs.size > 1) this.decoder.decodeResync(frame, it);
    else this.decoder.decode(frame, it);
  }
}

/** A room's serializer, its state and its clients. */
export class WorldRoom {
  readonly state = new InterestWorld();
  readonly watchers = new Map<string, Watcher>();
  readonly faults: unknown[] = [];
  /** What links carry that are poor. */
  readonly budgets = new Map<string, ClientBudget>();
  readonly serializer: SegmentSerializer<InterestWorldState>;

  constructor(usesSegments: boolean, interest: Interest = WORLD_INTEREST) {
    this.serializer = new SegmentSerializer({
      scratch: new EncodeScratch(),
      listener: {
        patchSent: () => {},
        sendGateSkipped: () => {},
        resynced: () => {},
        tooSlow: () => {},
      },
      interest,
      usesSegments,
      budgetOf: ({ sessionId }) => this.budgets.get(sessionId) ?? FREE_BUDGET,
      fault: (error) => this.faults.push(error),
    });
    this.serializer.reset(this.state as never);
  }

  /** Seats somebody, or lets him come back. */
  join(sessionId: string): Watcher {
    const watcher = this.watchers.get(sessionId) ?? new Watcher(sessionId);
    this.watchers.set(sessionId, watcher);
    watcher.isThere = true;
    watcher.read(this.serializer.getFullState(watcher.client));
    return watcher;
  }

  leave(sessionId: string): void {
    const watcher = this.watchers.get(sessionId);
    if (watcher === undefined) return;
    this.watchers.delete(sessionId);
    this.serializer.left(watcher.client);
    watcher.client.view?.dispose();
  }

  flush(roomMs?: number): void {
    const there = [...this.watchers.values()].filter(({ isThere }) => isThere);
    const clients = there.map(({ client }) => client);
    this.serializer.applyPatches(
      clients,
      undefined,
      roomMs === undefined ? undefined : { sNow: roomMs },
    );
  }
}

const SESSIONS = ['ann', 'bob', 'cyd', 'dan', 'eve'];
const KEYS = [...SESSIONS, 'owl', 'fox', 'elk'];

interface Chooser {
  readonly room: WorldRoom;
  readonly a: number;
  readonly b: number;
  readonly x: number;
  readonly y: number;
}

const key = (n: number) => KEYS[n % KEYS.length] as string;
const session = (n: number) => SESSIONS[n % SESSIONS.length] as string;

function makeWalker({ a, b, x, y }: Chooser): WalkerState {
  const walker = b % 3 === 0 ? new Runner() : new Walker();
  walker.hp = a % 256;
  if (b % 2 === 0) walker.name = `walker ${a}`;
  if (a % 5 !== 0) Object.assign(walker, { x, y });
  return walker;
}

function makeItem({ a, b }: Chooser) {
  const item = new Item();
  item.kind = a % 256;
  if (b % 2 === 0) item.note = `note ${b}`;
  return item;
}

function pick<T>(values: Iterable<T>, n: number): T | undefined {
  const all = [...values];
  return all[n % all.length];
}

function anything({ room: { state }, a }: Chooser): Schema | undefined {
  return pick(
    [
      ...state.walkers.values(),
      ...state.units.values(),
      ...state.flags.values(),
      ...state.herd.values(),
    ],
    a,
  );
}

const anyUnit = ({ room, a }: Chooser) => pick(room.state.units.values(), a);

/** What a game does. */
export const WORLD_ACTS = {
  tick: ({ room, a }) => {
    room.state.tick = a;
  },
  score: ({ room, a, b }) => void room.state.scores.set(key(a), b),
  note: (c) => void c.room.state.notes.push(makeItem(c)),
  addWalker: (c) => void c.room.state.walkers.set(key(c.a), makeWalker(c)),
  dropWalker: ({ room, a }) => void room.state.walkers.delete(key(a)),
  moveWalker: ({ room, a, x, y }) => {
    Object.assign(pick(room.state.walkers.values(), a) ?? {}, { x, y });
  },
  stepWalker: ({ room, a, b }) => {
    const walker = pick(room.state.walkers.values(), a);
    if (!walker) return;
    walker.x += (b % 9) - 4;
    if (b % 4 === 0) walker.angle = b / 100;
    if (b % 5 === 0) walker.place = (b % 128) - 64;
  },
  stepWalkers: ({ room, a, b }) => {
    for (const walker of room.state.walkers.values()) {
      walker.x += (b % 9) - 4;
      if (a % 3 === 0) walker.y += (a % 9) - 4;
    }
  },
  hurtWalker: ({ room, a, b }) => {
    const walker = pick(room.state.walkers.values(), a);
    if (!walker) return;
    walker.hp = b % 256;
    walker.name = b % 3 === 0 ? undefined : `renamed ${b}`;
  },
  renameWalker: ({ room, a, b }) => {
    const walker = room.state.walkers.get(key(a));
    if (!walker || a % KEYS.length === b % KEYS.length) return;
    room.state.walkers.delete(key(a));
    room.state.walkers.set(key(b), walker);
  },
  addUnit: (c) => {
    const unit = new Unit();
    Object.assign(unit, { x: c.x, y: c.y });
    if (c.b % 3 !== 0) unit.team = `team ${c.b % 3}`;
    if (c.b % 2 === 0) unit.bag.push(makeItem(c));
    c.room.state.units.set(key(c.a), unit);
  },
  dropUnit: ({ room, a }) => void room.state.units.delete(key(a)),
  moveUnit: (c) => void Object.assign(anyUnit(c) ?? {}, { x: c.x, y: c.y }),
  turnUnit: (c) => {
    const unit = anyUnit(c);
    if (unit) unit.team = c.b % 3 === 0 ? undefined : `team ${c.b % 3}`;
  },
  packUnit: (c) => {
    const unit = anyUnit(c);
    if (!unit) return;
    if (c.b % 3 === 0) unit.bag.shift();
    else unit.bag.push(makeItem(c));
  },
  armUnit: (c) => {
    const unit = anyUnit(c);
    if (unit) unit.best = c.b % 4 === 0 ? undefined : makeItem(c);
  },
  tellUnit: (c) => {
    const unit = anyUnit(c);
    if (!unit) return;
    unit.secret = `secret ${c.b}`;
    unit.ping = c.b % 256;
    if (c.b % 2 === 0) unit.hand.push(makeItem(c));
  },
  addFlag: ({ room, a, b }) => {
    const flag = new Flag();
    flag.owner = key(b);
    room.state.flags.set(key(a), flag);
  },
  takeFlag: ({ room, a, b }) => {
    const flag = pick(room.state.flags.values(), a);
    if (flag) flag.owner = key(b);
  },
  herd: (c) => void c.room.state.herd.push(makeWalker(c)),
  moveHerd: ({ room, a, x, y }) => {
    Object.assign(pick(room.state.herd.values(), a) ?? {}, { x, y });
  },
  pickHerd: ({ room, a, b }) => {
    const walker = pick(room.state.herd.values(), a);
    if (walker) walker.hp = b % 2 === 0 ? 7 : 8;
  },
  shiftHerd: ({ room }) => void room.state.herd.shift(),
  show: (c) => {
    const thing = anything(c);
    const view = pick(c.room.watchers.values(), c.b)?.client.view;
    if (thing && view) view.add(thing as never, c.a % 3 === 0 ? 2 : undefined);
  },
  hide: (c) => {
    const thing = anything(c);
    const view = pick(c.room.watchers.values(), c.b)?.client.view;
    if (thing && view?.has(thing as never)) view.remove(thing as never);
  },
  link: ({ room, a, b }) => {
    const level = (b % 5) as ClientBudget['level'];
    const bytesPerFlush = b % 3 === 0 ? Number.POSITIVE_INFINITY : b % 100;
    room.budgets.set(session(a), { level, bytesPerFlush });
  },
  join: ({ room, a }) => {
    if (!room.watchers.has(session(a))) room.join(session(a));
  },
  leave: ({ room, a }) => room.leave(session(a)),
  away: ({ room, a }) => {
    const watcher = room.watchers.get(session(a));
    if (watcher) watcher.isThere = false;
  },
  back: ({ room, a }) => {
    if (room.watchers.get(session(a))?.isThere === false) room.join(session(a));
  },
} satisfies Record<string, (chooser: Chooser) => void>;

export interface WorldDeed {
  readonly act: keyof typeof WORLD_ACTS;
  readonly a: number;
  readonly b: number;
  readonly x: number;
  readonly y: number;
}

export function performIn(room: WorldRoom, { act, ...numbers }: WorldDeed): void {
  WORLD_ACTS[act]({ room, ...numbers });
}

const coordinate = fc.integer({ min: -60, max: 60 });

/** Turns, each of which a flush follows. @param acts - what may happen in them */
export function worldTurns(
  acts: readonly WorldDeed['act'][],
): fc.Arbitrary<readonly (readonly WorldDeed[])[]> {
  const deed = fc.record({
    act: fc.constantFrom(...acts),
    a: fc.nat(1_000),
    b: fc.nat(1_000),
    x: coordinate,
    y: coordinate,
  });
  return fc.array(fc.array(deed, { maxLength: 6 }), { minLength: 1, maxLength: 25 });
}

/** As JSON, without fields that no WebSocket client gets. */
function valuesOf(state: Schema): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(state.toJSON(), (name, value: unknown) => (name === 'ping' ? undefined : value)),
  );
}
