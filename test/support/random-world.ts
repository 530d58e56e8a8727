import { type Schema, type StateView, schema, t } from '@colyseus/schema';
import fc from 'fast-check';

// A state with every kind of field that can be journaled, and random things that a game does to it.

export const Item = schema({ id: t.uint16().default(0), note: t.string().optional() }, 'Item');
export const Sword = Item.extend({ sharpness: t.float32().default(1.5) }, 'Sword');
export const Bag = schema({ items: t.array(Item), coins: t.array('uint8') }, 'Bag');
export const Hero = schema(
  {
    x: t.float64().default(0),
    hp: t.uint8().default(100),
    name: t.string().optional(),
    angle: t.angle(),
    speed: t.float32().unreliable(),
    bag: t.ref(Bag),
    best: t.ref(Item).optional(),
    secret: t.string().optional().view(),
    plan: t.string().optional().view(2),
    hand: t.array(Item).view(),
    pocket: t.ref(Bag).view(),
    ping: t.uint8().optional().patchOnly(),
    scratch: t.number().noSync().default(7),
  },
  'Hero',
);
export const World = schema(
  {
    tick: t.uint32().default(0),
    big: t.biguint64().optional(),
    open: t.boolean().default(true),
    small: t.int8().optional(),
    whole: t.number().optional(),
    board: t.ref(Bag),
    heroes: t.map(Hero),
    hidden: t.map(Hero).view(),
    scores: t.map('uint32'),
    tags: t.set('string'),
    squad: t.set(Hero),
    loot: t.collection(Item),
    secrets: t.array(Item).view(),
    king: t.ref(Hero).optional(),
  },
  'World',
);
export type WorldState = InstanceType<typeof World>;
type HeroState = InstanceType<typeof Hero>;
type ItemState = InstanceType<typeof Item>;

/** What one turn does: an act and what it needs to choose. */
export interface Deed {
  readonly act: keyof typeof ACTS;
  readonly a: number;
  readonly b: number;
}

interface Chooser {
  readonly world: WorldState;
  readonly a: number;
  readonly b: number;
}

const KEYS = ['ann', 'bob', 'cyd', 'dan'];
const key = (n: number) => KEYS[n % KEYS.length] as string;

function makeItem({ a, b }: Chooser): ItemState {
  const item = a % 3 === 0 ? new Sword() : new Item();
  item.id = (a * 31 + b) % 65_536;
  if (b % 2 === 0) item.note = `note ${a}`;
  return item;
}

function makeHero(chooser: Chooser): HeroState {
  const hero = new Hero();
  hero.hp = chooser.a % 256;
  hero.name = `hero ${chooser.b}`;
  hero.bag.items.push(makeItem(chooser));
  return hero;
}

function pick<T>(values: Iterable<T>, n: number): T | undefined {
  const all = [...values];
  return all[n % all.length];
}

function anyHero({ world, a, b }: Chooser): HeroState | undefined {
  return pick([...world.heroes.values(), ...world.hidden.values()], a + b);
}

/** One of the arrays of items, hidden ones too. */
function anyItems(chooser: Chooser) {
  const { world, b } = chooser;
  const hero = anyHero(chooser);
  const arrays = [world.board.items, world.secrets];
  if (hero) arrays.push(hero.bag.items, hero.hand, hero.pocket.items);
  return arrays[b % arrays.length] as typeof world.secrets;
}

export const ACTS = {
  count: ({ world, a }) => {
    world.tick = a;
    world.whole = a % 4 === 0 ? undefined : a / 8;
    world.big = BigInt(a) * 1_000_000_007n;
    world.small = a % 5 === 0 ? undefined : (a % 256) - 128;
    world.open = a % 2 === 0;
  },
  addHero: (c) => void c.world.heroes.set(key(c.a), makeHero(c)),
  dropHero: ({ world, a }) => void world.heroes.delete(key(a)),
  hideHero: (c) => void c.world.hidden.set(key(c.a), makeHero(c)),
  unhideHero: ({ world, a }) => {
    const hero = world.hidden.get(key(a));
    if (!hero) return;
    world.hidden.delete(key(a));
    world.heroes.set(key(a + 1), hero);
  },
  clearHeroes: ({ world, a }) => {
    if (a % 4 === 0) world.heroes.clear();
  },
  moveHero: (c) => {
    const hero = anyHero(c);
    if (!hero) return;
    hero.x = c.a / 3;
    hero.angle = c.b / 7;
    hero.speed = Math.fround(c.a / 9);
    hero.ping = c.b % 256;
  },
  tellHero: (c) => {
    const hero = anyHero(c);
    if (!hero) return;
    hero.secret = c.a % 3 === 0 ? undefined : `secret ${c.b}`;
    hero.plan = c.b % 3 === 0 ? undefined : `plan ${c.a}`;
    hero.name = c.a % 4 === 0 ? undefined : `renamed ${c.a}`;
  },
  // One object in two places. (In three, 5.0.34 itself gets lost in its parents when it leaves one and comes back.)
  crown: (c) => {
    c.world.king = c.a % 3 === 0 ? undefined : pick(c.world.heroes.values(), c.b);
  },
  arm: (c) => {
    const hero = anyHero(c);
    if (hero) hero.best = c.a % 4 === 0 ? undefined : makeItem(c);
  },
  newBag: (c) => {
    const hero = anyHero(c);
    if (!hero) return;
    const bag = new Bag();
    bag.items.push(makeItem(c));
    if (c.a % 2 === 0) hero.bag = bag;
    else hero.pocket = bag;
  },
  push: (c) => void anyItems(c).push(makeItem(c)),
  unshift: (c) => void anyItems(c).unshift(makeItem(c)),
  pop: (c) => void anyItems(c).pop(),
  shift: (c) => void anyItems(c).shift(),
  splice: (c) => {
    const items = anyItems(c);
    if (items.length > 0) items.splice(c.a % items.length, 1);
  },
  replace: (c) => {
    const items = anyItems(c);
    if (items.length > 0) items[c.a % items.length] = makeItem(c);
  },
  renameItem: (c) => {
    const item = pick(anyItems(c), c.a);
    if (item) item.note = c.b % 3 === 0 ? undefined : `renamed ${c.b}`;
  },
  clearItems: (c) => {
    if (c.a % 3 === 0) anyItems(c).clear();
  },
  coin: ({ world, a, b }) => {
    const { coins } = world.board;
    if (b % 3 === 0 || coins.length === 0) coins.push(a % 256);
    else if (b % 3 === 1) coins.shift();
    else coins[a % coins.length] = b % 256;
  },
  score: ({ world, a, b }) => {
    if (b % 4 === 0) world.scores.delete(key(a));
    else world.scores.set(key(a), b);
  },
  tag: ({ world, a, b }) => {
    if (b % 3 === 0) world.tags.delete(key(a));
    else world.tags.add(key(a));
  },
  enlist: (c) => {
    const hero = pick(c.world.squad, c.a);
    if (hero && c.b % 3 === 0) c.world.squad.delete(hero);
    else c.world.squad.add(makeHero(c));
  },
  loot: (c) => {
    const item = pick(c.world.loot.values(), c.a);
    if (item && c.b % 2 === 0) c.world.loot.delete(item);
    else c.world.loot.add(makeItem(c));
  },
} satisfies Record<string, (chooser: Chooser) => void>;

/** What a game does to what one player sees. */
export const VIEW_ACTS = {
  see: (view, c) => {
    const hero = anyHero(c);
    if (hero) view.add(hero);
  },
  spy: (view, c) => {
    const hero = anyHero(c);
    if (hero) view.add(hero, 2);
  },
  lose: (view, c) => {
    const hero = anyHero(c);
    if (hero && view.has(hero)) view.remove(hero);
  },
  follow: (view, { world, a }) => void view.subscribe(a % 2 === 0 ? world.hidden : world.secrets),
  unfollow: (view, { world, a }) => {
    view.unsubscribe(a % 2 === 0 ? world.hidden : world.secrets);
  },
} satisfies Record<string, (view: StateView, chooser: Chooser) => void>;

export interface ViewDeed {
  readonly act: keyof typeof VIEW_ACTS;
  readonly a: number;
  readonly b: number;
}

export function performView(world: WorldState, view: StateView, { act, a, b }: ViewDeed): void {
  VIEW_ACTS[act](view, { world, a, b });
}

export const viewDeed: fc.Arbitrary<ViewDeed> = fc.record({
  act: fc.constantFrom(...(Object.keys(VIEW_ACTS) as ViewDeed['act'][])),
  a: fc.nat(1_000),
  b: fc.nat(1_000),
});

export function perform(world: WorldState, { act, a, b }: Deed): void {
  ACTS[act]({ world, a, b });
}

/**
 * Of these at most one a turn: @colyseus/schema 5.0.34 itself loses some that come together, and what clients never get no
 * journal can have. (An element that is replaced and removed before the flush stays on every client; so does one that is
 * removed from an array of an object that moves in the same turn.)
 */
const LONE_ACTS: ReadonlySet<Deed['act']> = new Set<Deed['act']>([
  ...(['push', 'unshift', 'pop', 'shift', 'splice', 'replace', 'clearItems', 'coin'] as const),
  'unhideHero',
]);

/** Turns, each of which a flush follows. */
export function deeds(most: number): fc.Arbitrary<readonly (readonly Deed[])[]> {
  const acts = Object.keys(ACTS) as Deed['act'][];
  const deed = fc.record({
    act: fc.constantFrom(...acts),
    a: fc.nat(1_000),
    b: fc.nat(1_000),
  });
  const turn = fc.array(deed, { minLength: 1, maxLength: 4 }).map((all) => {
    const first = all.findIndex(({ act }) => LONE_ACTS.has(act));
    return all.filter(({ act }, i) => i === first || !LONE_ACTS.has(act));
  });
  return fc.array(turn, { maxLength: most });
}

/**
 * The state as values, without those that are transient.
 *
 * @param side - clients get no unreliable fields over a WebSocket
 */
export function valuesOf(state: Schema, side: 'server' | 'client' = 'server'): unknown {
  return JSON.parse(
    JSON.stringify(state.toJSON(), (name, value: unknown) => {
      if (name === 'ping' || (name === 'speed' && side === 'client')) return undefined;
      return typeof value === 'bigint' ? `${value}n` : value;
    }),
  );
}
