import { type Client, ClientState } from '@colyseus/core';
import { Decoder, schema, t } from '@colyseus/schema';
import type { Logger } from '../../telemetry/logger.ts';
import { EncodeScratch } from '../flow/encode-scratch.ts';
import { defineInterest } from './interest.ts';
import { SegmentSerializer } from './segment-serializer.ts';

// Segments reach into members of @colyseus/schema that no contract covers. Before the first room relies on them, a small world is
// encoded here and read with Colyseus' own decoder. Where that fails, rooms go on with Colyseus' encoder, one view at a time.

const Thing = schema({ kind: t.uint8().default(1) }, 'SegmentCheckThing');
const Body = schema(
  {
    x: t.float32().default(0),
    y: t.float32().default(0),
    name: t.string().optional(),
    things: t.array(Thing),
  },
  'SegmentCheckBody',
);
const Point = schema({ x: t.float32().default(0), y: t.float32().default(0) }, 'SegmentCheckPoint');
const World = schema(
  {
    tick: t.uint32().default(0),
    bodies: t.map(Body).view(),
    points: t.map(Point).view(),
  },
  'SegmentCheckWorld',
);

const RADIUS = 10;
const TICKS = 40;
const NOBODY_LISTENS = {
  patchSent: () => {},
  sendGateSkipped: () => {},
  resynced: () => {},
  tooSlow: () => {},
};

/** Whether segments may be used on this node. */
export class SegmentCheck {
  readonly #log: Logger;
  readonly #play: () => void;
  #works: boolean | null = null;

  /** @param play - throws when segments do not work; another one in tests */
  constructor(log: Logger, play: () => void = playSmallWorld) {
    this.#log = log;
    this.#play = play;
  }

  /** Found out once, when the first room asks. */
  get works(): boolean {
    this.#works ??= this.#try();
    return this.#works;
  }

  #try(): boolean {
    try {
      this.#play();
      return true;
    } catch (error) {
      this.#log.error(
        { err: error },
        'segments do not work with this @colyseus/schema: rooms with interest encode each view',
      );
      return false;
    }
  }
}

/** A client that reads with Colyseus' decoder. */
class Reader {
  readonly decoder = new Decoder(new World());
  readonly client: Client;

  constructor(sessionId: string) {
    const raw = (frame: Uint8Array) => void this.decoder.decode(frame, { offset: 1 });
    this.client = { sessionId, state: ClientState.JOINED, raw } as never;
  }
}

/** Two players and a few things pass each other. @throws {Error} when somebody has not what he must see */
function playSmallWorld(): void {
  const state = new World();
  const faults: unknown[] = [];
  const serializer = new SegmentSerializer({
    scratch: new EncodeScratch(4_096),
    listener: NOBODY_LISTENS,
    interest: defineInterest({ bodies: { radius: RADIUS }, points: { radius: RADIUS } }),
    fault: (error) => faults.push(error),
    usesSegments: true,
  });
  serializer.reset(state as never);
  const readers = ['a', 'b'].map((sessionId) => new Reader(sessionId));
  for (const { client } of readers) client.raw(serializer.getFullState(client));
  for (let tick = 0; tick < TICKS; tick++) {
    stepSmallWorld(state, tick);
    serializer.applyPatches(readers.map(({ client }) => client));
    if (faults.length > 0) throw faults[0];
    for (const { client, decoder } of readers) compare(state, decoder.state, client);
  }
}

type WorldState = InstanceType<typeof World>;

function stepSmallWorld(state: WorldState, tick: number): void {
  state.tick = tick;
  for (const [n, key] of ['a', 'b'].entries()) {
    let body = state.bodies.get(key);
    if (body === undefined) {
      body = new Body();
      state.bodies.set(key, body);
    }
    body.x = n === 0 ? tick * 3 : 120 - tick * 3;
    if (tick % 5 === n) body.things.push(new Thing());
    if (tick % 7 === n) body.name = `${key} ${tick}`;
  }
  for (let n = 0; n < 6; n++) {
    const point = state.points.get(`${n}`) ?? new Point();
    point.x = n * 20 + (tick % 3);
    if (tick % 6 === n) state.points.delete(`${n}`);
    else state.points.set(`${n}`, point);
  }
}

function compare(state: WorldState, seen: WorldState, client: Client): void {
  const { view } = client;
  for (const name of ['bodies', 'points'] as const) {
    const expected: Record<string, unknown> = {};
    for (const [key, entity] of state[name]) {
      if (view?.has(entity as never)) expected[key] = entity.toJSON();
    }
    const actual = (seen.toJSON() as Record<string, unknown>)[name] ?? {};
    if (sorted(actual) !== sorted(expected)) {
      throw new Error(`${name} of ${client.sessionId}: ${sorted(actual)}, not ${sorted(expected)}`);
    }
  }
}

function sorted(values: unknown): string {
  const entries = Object.entries(values as Record<string, unknown>);
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
