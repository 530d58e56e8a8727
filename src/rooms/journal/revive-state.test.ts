import { $changes, $refId, Decoder, Encoder, StateView } from '@colyseus/schema';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import {
  type Deed,
  deeds,
  perform,
  performView,
  type ViewDeed,
  valuesOf,
  viewDeed,
  World,
} from '../../../test/support/random-world.ts';
import { EncodeScratch } from '../flow/encode-scratch.ts';
import type { JournalEntry } from './journal-entry.ts';
import { reviveState, settleRevivedState } from './revive-state.ts';
import { asRef, collectionKind, type Ref } from './schema-internals.ts';
import { StateRecorder } from './state-recorder.ts';
import { reviveViews, ViewRecorder, type ViewsRecord } from './view-recorder.ts';

/** Each run is a game of some twenty turns. */
const RUNS = 150;

class Server {
  readonly world: InstanceType<typeof World>;
  readonly encoder: Encoder;
  readonly recorder: StateRecorder;
  readonly viewRecorder = new ViewRecorder();
  readonly views: Map<string, StateView>;
  readonly entries: JournalEntry[] = [];
  readonly viewRecords: ViewsRecord[] = [];
  readonly clients: Client[] = [];

  constructor(
    world = new World(),
    views = new Map<string, StateView>(),
    encoder = new Encoder(world),
  ) {
    this.world = world;
    this.views = views;
    this.encoder = encoder;
    this.encoder.sharedBuffer = new Uint8Array(1 << 20);
    this.recorder = new StateRecorder(() => this.encoder, new EncodeScratch(64));
  }

  checkpoint(): void {
    this.entries.splice(0, Infinity, this.#entry('checkpoint', this.recorder.checkpoint()));
    const { root } = this.encoder;
    this.viewRecords.splice(0, Infinity, this.viewRecorder.checkpoint(root, this.views));
  }

  flush(): void {
    const it = { offset: 0 };
    const shared = this.encoder.encode(it).slice();
    const patches = new Map<string | null, Uint8Array>([[null, shared]]);
    for (const { session, decoder } of this.clients) {
      let bytes = patches.get(session);
      if (bytes === undefined) {
        const view = this.views.get(session as string) as StateView;
        bytes = this.encoder.encodeView(view, it.offset, { ...it }).slice();
        patches.set(session, bytes);
      }
      decoder.decode(bytes);
    }
    this.entries.push(this.#entry('patch', this.recorder.patch(shared).slice()));
    const views = this.viewRecorder.changes(this.encoder.root, this.views);
    if (views) this.viewRecords.push(JSON.parse(JSON.stringify(views)));
    this.encoder.discardChanges();
    this.encoder.discardUnreliableChanges();
  }

  play(turns: readonly (readonly Deed[])[]): void {
    for (const turn of turns) {
      for (const deed of turn) perform(this.world, deed);
      this.flush();
    }
  }

  full(client: Client): Uint8Array {
    const it = { offset: 0 };
    const bytes = this.encoder.encodeAll(it);
    const view = client.session === null ? undefined : this.views.get(client.session);
    return (view ? this.encoder.encodeAllView(view, it.offset, it) : bytes).slice();
  }

  join(client: Client): void {
    client.full(this.full(client));
    this.clients.push(client);
  }

  /** Another process reads the journal. */
  revive(world = new World()): Server {
    void new Encoder(world);
    const revived = reviveState(world, this.entries);
    const encoder = new Encoder(world);
    settleRevivedState(encoder, revived, new EncodeScratch());
    return new Server(world, reviveViews(encoder.root, this.viewRecords), encoder);
  }

  #entry(kind: JournalEntry['kind'], state: Uint8Array): JournalEntry {
    return { kind, state, atMs: 0, elapsedMs: 0, nextRefId: this.recorder.nextRefId, meta: {} };
  }
}

class Client {
  readonly session: string | null;
  readonly decoder = new Decoder(new World());

  constructor(session: string | null = null) {
    this.session = session;
  }

  full(bytes: Uint8Array): void {
    if (this.decoder.root.refs.size > 1) this.decoder.decodeResync(bytes);
    else this.decoder.decode(bytes);
  }

  get values(): unknown {
    return valuesOf(this.decoder.state, 'client');
  }
}

/** Schema objects by refId; a stock decoder makes collections anew whenever it is told of them. */
function objectsOf(client: Client): Map<number, unknown> {
  const all = client.decoder.root.refs as unknown as Map<number, Ref>;
  return new Map([...all].filter(([, ref]) => collectionKind(ref) === undefined));
}

function expectSameObjects(client: Client, before: Map<number, unknown>): void {
  for (const [refId, object] of objectsOf(client)) {
    if (before.has(refId)) expect(object === before.get(refId), `object ${refId}`).toBe(true);
  }
}

/** The ids of the whole tree, in one order. */
function idsOf(server: Server): unknown {
  const ids: unknown[] = [];
  const walk = (value: unknown, path: string) => {
    const ref = asRef(value);
    if (ref === null) return;
    ids.push(`${path} ${ref.constructor.name} ${ref[$refId]}`);
    ref[$changes].forEachChild((child, at) => walk(child.ref, `${path}/${at}`));
  };
  walk(server.world, '');
  return ids.sort();
}

test('[SV-1] a state comes back as it was, hidden parts included, with the ids it had', () => {
  fc.assert(
    fc.property(deeds(15), deeds(15), (before, after) => {
      const server = new Server();
      server.play(before);
      server.checkpoint();
      server.play(after);
      const revived = server.revive();
      expect(valuesOf(revived.world)).toEqual(valuesOf(server.world));
      expect(idsOf(revived)).toEqual(idsOf(server));
      // And once more, from what the second owner wrote.
      revived.checkpoint();
      revived.play(after);
      expect(valuesOf(revived.revive().world)).toEqual(valuesOf(revived.world));
    }),
    { numRuns: RUNS },
  );
}, 100_000);

test('[SV-2] a client of the old room reads the new room’s full state and every patch after it', () => {
  fc.assert(
    fc.property(deeds(12), deeds(12), (before, after) => {
      const server = new Server();
      const client = new Client();
      server.checkpoint();
      server.join(client);
      server.play(before);
      const objects = objectsOf(client);
      const old = client.values;
      const revived = server.revive();
      revived.join(client);
      expect(client.values).toEqual(old);
      expectSameObjects(client, objects);
      for (const turn of after) {
        revived.play([turn]);
        const late = new Client();
        late.full(revived.full(late));
        expect(client.values).toEqual(late.values);
      }
      expectSameObjects(client, objects);
    }),
    { numRuns: RUNS },
  );
}, 100_000);

test('[SV-3] everybody sees what he saw, and what happens then', () => {
  const turns = (most: number) =>
    fc.array(
      fc.record({
        turn: deeds(1),
        sights: fc.array(fc.tuple(fc.constantFrom('ann', 'bob'), viewDeed), { maxLength: 2 }),
      }),
      { maxLength: most },
    );
  type Turns = readonly {
    readonly turn: readonly (readonly Deed[])[];
    readonly sights: readonly (readonly [string, ViewDeed])[];
  }[];
  const play = (server: Server, all: Turns) => {
    for (const { turn, sights } of all) {
      for (const [session, deed] of sights) {
        performView(server.world, server.views.get(session) as StateView, deed);
      }
      server.play(turn);
      server.flush();
    }
  };
  const seen = (server: Server, session: string) => {
    const client = new Client(session);
    client.full(server.full(client));
    return client.values;
  };
  // An array behind a view has no order on its clients.
  const unordered = (value: unknown): unknown => {
    if (Array.isArray(value))
      return value
        .map(unordered)
        .map((v) => JSON.stringify(v))
        .sort();
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, unordered(v)]));
  };
  // Stock clients complain about objects that Colyseus shows without the way to them.
  for (const level of ['error', 'warn'] as const) vi.spyOn(console, level).mockReturnValue();
  fc.assert(
    fc.property(turns(10), turns(10), turns(8), (first, second, third) => {
      const server = new Server(
        new World(),
        new Map([
          ['ann', new StateView()],
          ['bob', new StateView()],
        ]),
      );
      const [stays, moves, ann] = [new Client('bob'), new Client('bob'), new Client('ann')];
      for (const client of [stays, moves, ann]) server.join(client);
      play(server, first);
      server.checkpoint();
      play(server, second);
      const revived = server.revive();
      for (const session of ['ann', 'bob']) {
        expect(seen(revived, session)).toEqual(seen(server, session));
      }
      const objects = objectsOf(moves);
      server.clients.length = 0;
      revived.join(moves);
      server.join(stays);
      expectSameObjects(moves, objects);
      play(server, third);
      play(revived, third);
      expect(unordered(moves.values)).toEqual(unordered(stays.values));
      for (const session of ['ann', 'bob']) {
        expect(seen(revived, session)).toEqual(seen(server, session));
      }
    }),
    { numRuns: RUNS },
  );
}, 100_000);
