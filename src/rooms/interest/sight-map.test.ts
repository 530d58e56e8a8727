import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CellShape, isWithin, MARGIN } from './cell-shape.ts';
import { NO_TEAM, SightMap } from './sight-map.ts';

const RADII = [10, 25, Number.POSITIVE_INFINITY];

/** What a listener was told, as pairs; fails when it is told what it knows. */
function watched(radii: readonly number[] = RADII) {
  const told = new Set<string>();
  const events: string[] = [];
  const map = new SightMap(
    radii.map((radius) => ({ radius, importance: 'normal' as const })),
    {
      entered: (viewer, item) => {
        if (told.has(`${viewer} ${item}`)) throw new Error(`told twice: ${viewer} ${item}`);
        told.add(`${viewer} ${item}`);
        events.push(`+${viewer} ${item}`);
      },
      left: (viewer, item) => {
        if (!told.delete(`${viewer} ${item}`)) throw new Error(`never told: ${viewer} ${item}`);
        events.push(`-${viewer} ${item}`);
      },
    },
  );
  return { map, told, events };
}

const place = fc.double({ min: -60, max: 60, noNaN: true });
const odd = fc.oneof(
  { weight: 20, arbitrary: place },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY) },
);

interface Deed {
  readonly act: keyof typeof ACTS;
  readonly item: number;
  readonly viewer: number;
  readonly kind: number;
  readonly flag: boolean;
  readonly x: number;
  readonly y: number;
}

const ACTS = {
  item: (model, { item, kind, x, y }) => {
    model.map.addItem(item, kind);
    model.map.placeItem(item, x, y);
    model.items.set(item, { kind, team: NO_TEAM, isEverywhere: false, place: finite(x, y) });
  },
  move: (model, { item, x, y }) => {
    const known = model.items.get(item);
    if (!known) return;
    model.map.placeItem(item, x, y);
    known.place = finite(x, y);
  },
  rule: (model, { item, kind, flag }) => {
    const known = model.items.get(item);
    if (!known) return;
    model.map.ruleItem(item, kind, flag);
    Object.assign(known, { team: kind, isEverywhere: flag });
  },
  drop: (model, { item }) => {
    model.map.removeItem(item);
    model.items.delete(item);
    for (const pair of model.told) if (pair.endsWith(` ${item}`)) model.told.delete(pair);
  },
  arrive: (model, { viewer, x, y }) => {
    if (!model.viewers.has(viewer)) {
      model.map.addViewer(viewer);
      model.viewers.set(viewer, { team: NO_TEAM, place: null });
    }
    model.look(viewer, x, y);
  },
  look: (model, { viewer, x, y }) => model.look(viewer, x, y),
  team: (model, { viewer, kind }) => {
    const known = model.viewers.get(viewer);
    if (!known) return;
    model.map.setTeam(viewer, kind);
    known.team = kind;
  },
  leave: (model, { viewer }) => {
    model.map.removeViewer(viewer, (seen) => model.told.delete(`${viewer} ${seen}`));
    model.viewers.delete(viewer);
  },
  settle: (model) => {
    model.map.settle();
    expect([...model.told].sort()).toEqual(model.expected().sort());
  },
} satisfies Record<string, (model: Model, deed: Deed) => void>;

const deeds: fc.Arbitrary<readonly Deed[]> = fc.array(
  fc.record({
    act: fc.constantFrom(...(Object.keys(ACTS) as Deed['act'][])),
    item: fc.nat(80),
    viewer: fc.nat(70),
    kind: fc.nat(2),
    flag: fc.boolean(),
    x: odd,
    y: odd,
  }),
  { maxLength: 120, size: 'max' },
);

type Place = readonly [number, number] | null;

interface ModelItem {
  readonly kind: number;
  team: number;
  isEverywhere: boolean;
  place: Place;
}

/** A map, and the same in the plainest way there is. */
class Model {
  readonly items = new Map<number, ModelItem>();
  readonly viewers = new Map<number, { team: number; place: Place }>();
  readonly map: SightMap;
  readonly told: Set<string>;

  constructor() {
    ({ map: this.map, told: this.told } = watched());
  }

  look(viewer: number, x: number, y: number): void {
    const known = this.viewers.get(viewer);
    if (!known) return;
    this.map.placeViewer(viewer, x, y);
    known.place = finite(x, y) ?? known.place;
  }

  /** All pairs of a viewer and what he sees. */
  expected(): string[] {
    return [...this.viewers.keys()].flatMap((viewer) =>
      [...this.items.keys()]
        .filter((item) => this.#mustSee(viewer, item))
        .map((item) => `${viewer} ${item}`),
    );
  }

  #mustSee(viewer: number, item: number): boolean {
    const { kind, team, isEverywhere, place: at } = this.items.get(item) as ModelItem;
    const from = this.viewers.get(viewer);
    const radius = RADII[kind] as number;
    if (isEverywhere || radius === Number.POSITIVE_INFINITY) return true;
    if (team !== NO_TEAM && team === from?.team) return true;
    if (!at || !from?.place) return false;
    const isNear = this.#isInSeenCell(viewer, item, kind);
    const isInRadius = Math.hypot(from.place[0] - at[0], from.place[1] - at[1]) < radius;
    if (isInRadius && !isNear) throw new Error(`unseen within the radius: ${viewer} ${item}`);
    return isNear;
  }

  /** Which cells they are in is the map's to say: it depends on the way they came. */
  #isInSeenCell(viewer: number, item: number, kind: number): boolean {
    const { map } = this;
    const points = map.itemsOf(kind);
    const dx = points.columnOf(item) - map.eyes.columnOf(viewer);
    const dy = points.rowOf(item) - map.eyes.rowOf(viewer);
    return isWithin(map.shapeOf(kind) as CellShape, dx, dy);
  }
}

function finite(x: number, y: number): Place {
  return Number.isFinite(x) && Number.isFinite(y) ? [x, y] : null;
}

describe('[IN-1] who sees what', () => {
  test('as the definition has it, whatever happens in which order', () => {
    fc.assert(
      fc.property(deeds, (all) => {
        const model = new Model();
        for (const deed of all) ACTS[deed.act](model, deed);
        ACTS.settle(model);
      }),
      { numRuns: 150 },
    );
  });

  test('what moves along with its viewer never leaves his sight', () => {
    const { map, events } = watched([10]);
    map.addViewer(3);
    map.addItem(0, 0);
    map.addItem(1, 0);
    for (let x = 0; x < 500; x += 7) {
      map.placeItem(0, x, 0);
      map.placeItem(1, x + 9, 3);
      map.placeViewer(3, x, 0);
      map.settle();
    }
    expect(events).toEqual(['+3 0', '+3 1']);
  });
});

describe('[IN-2] hysteresis', () => {
  test.each(['item', 'viewer'])('%s that trembles on a border changes nothing', (what) => {
    const side = 10 / (2 - 2 * MARGIN);
    for (let column = -5; column <= 5; column++) {
      const { map, events } = watched([10]);
      const shake = (x: number, y: number) =>
        what === 'item' ? map.placeItem(0, x, y) : map.placeViewer(0, x, y);
      map.addViewer(0);
      map.addItem(0, 0);
      map.placeViewer(0, side / 2, 0);
      map.placeItem(0, side / 2, 0);
      shake(column * side, 0);
      map.settle();
      const before = events.length;
      for (let turn = 0; turn < 20; turn++) {
        shake((column + (turn % 2 === 0 ? 0.9 : -0.9) * MARGIN) * side, 0);
        map.settle();
      }
      expect(events).toHaveLength(before);
    }
  });

  test('what is seen leaves beyond the radius only', () => {
    const { map, told } = watched([10]);
    map.addViewer(0);
    map.addItem(0, 0);
    map.placeViewer(0, 0, 0);
    let leftAt = 0;
    for (let x = 0; x < 30; x += 0.1) {
      map.placeItem(0, x, 0);
      map.settle();
      if (told.size === 0 && leftAt === 0) leftAt = x;
    }
    expect(leftAt).toBeGreaterThan(11);
    expect(leftAt).toBeLessThan(20);
  });
});
