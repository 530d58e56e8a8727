import { $changes, Decoder, Encoder, schema, t } from '@colyseus/schema';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ClientBacklog } from './client-backlog.ts';
import { FlushChangesOf } from './flush-changes.ts';
import { joinedBytes, joinPatches } from './joined-patches.ts';
import { ownTreeOf } from './own-entity.ts';

const Item = schema({ id: t.uint16().default(0), note: t.string().optional() }, 'LateItem');
const Hero = schema(
  {
    x: t.quantized({ min: 0, max: 1_000, bits: 16 }).default(0),
    y: t.float64().default(0),
    name: t.string().optional(),
    best: t.ref(Item).optional(),
    items: t.array(Item),
    coins: t.array('uint8'),
  },
  'LateHero',
);
const World = schema(
  {
    tick: t.uint32().default(0),
    title: t.string().optional(),
    heroes: t.map(Hero),
    loot: t.collection(Item),
    tags: t.set('string'),
    king: t.ref(Hero).optional(),
  },
  'LateWorld',
);
type WorldState = InstanceType<typeof World>;

const KEYS = ['ann', 'bob', 'cyd'];

const DEEDS: readonly ((world: WorldState, a: number, b: number) => void)[] = [
  (world, a) => {
    world.tick = a;
  },
  (world, a) => {
    if (a % 3 === 0) world.title = undefined as never;
    else world.title = `title ${a}`;
  },
  (world, a, b) => {
    const hero = new Hero();
    hero.y = b;
    if (b % 2 === 0) hero.name = `hero ${b}`;
    world.heroes.set(KEYS[a % 3] as string, hero);
  },
  (world, a) => void world.heroes.delete(KEYS[a % 3] as string),
  ...Array.from({ length: 4 }, () => (world: WorldState, a: number, b: number) => {
    const hero = world.heroes.get(KEYS[a % 3] as string);
    if (hero) Object.assign(hero, { x: b % 1_000, y: a * b });
  }),
  (world, a, b) => {
    const hero = world.heroes.get(KEYS[a % 3] as string);
    if (!hero) return;
    if (b % 4 === 0) hero.name = undefined as never;
    else hero.name = `renamed ${b}`;
  },
  (world, a, b) => {
    const hero = world.heroes.get(KEYS[a % 3] as string);
    if (!hero) return;
    const item = new Item();
    item.id = b % 65_536;
    if (b % 3 === 0) hero.items.push(item);
    else if (b % 3 === 1) hero.items.shift();
    else hero.best = item;
    hero.coins.push(b % 256);
  },
  (world, a, b) => {
    const item = world.heroes.get(KEYS[a % 3] as string)?.items.at(0);
    if (item) item.id = b % 65_536;
  },
  (world, a) => {
    const item = new Item();
    item.id = a % 65_536;
    world.loot.add(item);
    world.tags.add(`tag ${a % 5}`);
  },
  (world, a) => {
    const hero = world.heroes.get(KEYS[a % 3] as string);
    world.king = (a % 2 === 0 ? hero : undefined) as never;
  },
];

const turns = fc.array(
  fc.record({
    deeds: fc.array(fc.tuple(fc.nat(DEEDS.length - 1), fc.nat(1_000), fc.nat(1_000)), {
      maxLength: 6,
    }),
    /** Bytes that leave after this turn; null: the client waits. */
    bytes: fc.option(fc.constantFrom(1, 20, 60, 10_000)),
  }),
  { minLength: 1, maxLength: 40 },
);

/** A world and one who has its full state. */
function begin() {
  const world = new World();
  const encoder = new Encoder(world);
  encoder.encode();
  encoder.discardChanges();
  const decoder = new Decoder(new World());
  decoder.decode(encoder.encodeAll());
  return { world, encoder, decoder };
}

function act(world: WorldState, deeds: readonly (readonly [number, number, number])[]): void {
  for (const [deed, a, b] of deeds) DEEDS[deed]?.(world, a, b);
}

/** What the decoder complains of is no exception. */
let complaints: unknown[][] = [];
beforeEach(() => {
  complaints = [];
  const note = (...args: unknown[]) => void complaints.push(args);
  const spies = [
    vi.spyOn(console, 'warn').mockImplementation(note),
    vi.spyOn(console, 'error').mockImplementation(note),
  ];
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
});

describe('[FL-5] what a client gets late is what the others have', () => {
  test('in parts, however long he waits and however little leaves at once', () => {
    fc.assert(
      fc.property(turns, (played) => {
        complaints = [];
        const { world, encoder, decoder } = begin();
        const changesOf = new FlushChangesOf();
        const backlog = new ClientBacklog();
        const take = (mostBytes: number) =>
          decoder.decode(
            backlog.take({ encoder, mostBytes, own: ownTreeOf(world, KEYS[0] as string) }).slice(),
          );
        for (const { deeds, bytes } of played) {
          act(world, deeds);
          if (encoder.hasChanges) {
            const patch = encoder.encode();
            backlog.add(changesOf.read(encoder, patch.length));
            encoder.discardChanges();
          }
          if (bytes !== null) take(bytes);
        }
        take(Number.POSITIVE_INFINITY);
        expect(backlog.isEmpty).toBe(true);
        expect(decoder.state.toJSON()).toEqual(world.toJSON());
        expect(complaints).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('whole patches in a row, as one', () => {
    fc.assert(
      fc.property(turns, (played) => {
        complaints = [];
        const { world, encoder, decoder } = begin();
        let bodies: Uint8Array[] = [];
        const send = () => {
          const bytes = new Uint8Array(joinedBytes(bodies));
          joinPatches(bodies, bytes, 0);
          decoder.decode(bytes);
          bodies = [];
        };
        for (const { deeds, bytes } of played) {
          act(world, deeds);
          if (encoder.hasChanges) {
            bodies.push(encoder.encode().slice());
            encoder.discardChanges();
          }
          if (bytes !== null) send();
        }
        send();
        expect(decoder.state.toJSON()).toEqual(world.toJSON());
        expect(complaints).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('ClientBacklog', () => {
  function crowd(count: number) {
    const { world, encoder, decoder } = begin();
    for (let i = 0; i < count; i++) world.heroes.set(`${i}`, new Hero());
    decoder.decode(encoder.encode().slice());
    encoder.discardChanges();
    const changesOf = new FlushChangesOf();
    const backlog = new ClientBacklog();
    const move = (to: number) => {
      for (const hero of world.heroes.values()) Object.assign(hero, { x: to, y: to });
      backlog.add(changesOf.read(encoder, encoder.encode().length));
      encoder.discardChanges();
    };
    const seen = () => [...(decoder.state as WorldState).heroes.values()].map(({ y }) => y);
    return { world, encoder, decoder, backlog, move, seen };
  }

  test('[FL-5] of many places an entity has had, the last is sent, once', () => {
    const { encoder, decoder, backlog, move, seen } = crowd(10);
    move(1);
    for (let to = 2; to <= 9; to++) move(to);
    const bytes = backlog.take({ encoder, mostBytes: Number.POSITIVE_INFINITY, own: null });
    decoder.decode(bytes.slice());
    expect(seen()).toEqual(Array(10).fill(9));
    // [255][reference][operation][x: 2][operation][y: 1 or 2 …]: ten of them, not ninety.
    expect(bytes.length).toBeLessThan(10 * 16);
  });

  test('[FL-5] with little room, all have their turn, and the own figure has each', () => {
    const { world, encoder, decoder, backlog, move, seen } = crowd(20);
    const own = ownTreeOf(world, '7');
    expect(own).toBe((world.heroes.get('7') as { [$changes]?: unknown })[$changes]);
    const ages: number[] = [];
    for (let to = 1; to <= 40; to++) {
      move(to);
      const bytes = backlog.take({ encoder, mostBytes: 60, own });
      expect(bytes.length).toBeLessThan(60 + 2 * 20);
      decoder.decode(bytes.slice());
      const places = seen();
      expect(places[7]).toBe(to);
      ages.push(Math.max(...places.map((place) => to - place)));
    }
    // Some 14 bytes each, so four or five of them at a time.
    expect(Math.max(...ages.slice(10))).toBeLessThanOrEqual(7);
  });

  test('what is gone is not written, and nothing is kept of it', () => {
    const { world, encoder, decoder, backlog, move } = crowd(3);
    move(5);
    world.heroes.delete('1');
    backlog.add(new FlushChangesOf().read(encoder, encoder.encode().length));
    encoder.discardChanges();
    decoder.decode(backlog.take({ encoder, mostBytes: 1_000, own: null }).slice());
    expect(complaints).toEqual([]);
    expect(decoder.state.toJSON()).toEqual(world.toJSON());
    expect(backlog.isEmpty).toBe(true);
  });
});
