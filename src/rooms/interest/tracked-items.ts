import { $changes, type ChangeTree, type Schema } from '@colyseus/schema';
import type { Coordinate, InterestClass } from './interest.ts';
import { type PlainFields, PlainFieldsOf } from './plain-fields.ts';
import { NO_TEAM, type SightMap } from './sight-map.ts';

// The entities of a room, as the sight map knows them: by small numbers. They are looked through once before each flush, so a
// game adds, moves and deletes them as it likes.

const NONE = -1;

interface Entity {
  readonly [$changes]: ChangeTree;
}

interface Collection {
  forEach(call: (entity: Entity, key: unknown) => void): void;
  get?(key: string): Entity | undefined;
}

interface ReadClass {
  readonly name: string;
  readonly x: (entity: Entity) => number;
  readonly y: (entity: Entity) => number;
  readonly team: ((entity: Entity) => string | number | null | undefined) | null;
  readonly everywhere: ((entity: Entity) => boolean) | null;
  readonly fields: PlainFieldsOf;
}

/** What is not in the state any more, and who saw it. */
export interface GoneItem {
  readonly item: number;
  readonly tree: ChangeTree;
  /** The collection it was in, and where. */
  readonly parent: ChangeTree;
  readonly index: number;
}

export class TrackedItems {
  readonly #state: () => Readonly<Record<string, Collection | undefined>>;
  readonly #sights: SightMap;
  readonly #classes: readonly ReadClass[];
  readonly #itemByTree = new Map<ChangeTree, number>();
  /** The item that is asked for next, if they are asked for in their order. */
  #likely = 0;
  readonly #trees: (ChangeTree | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #xs: number[] = [];
  readonly #ys: number[] = [];
  /** Where in their collections they are. */
  readonly #parents: ChangeTree[] = [];
  readonly #indexes: number[] = [];
  /** Of maps. */
  readonly #keys: unknown[] = [];
  readonly #fields: PlainFields[] = [];
  /** Number of the round in which an item was in the state last. */
  readonly #rounds: number[] = [];
  #round = 0;
  readonly #teams = new Map<string | number, number>();

  constructor(
    state: () => Schema,
    sights: SightMap,
    classes: Readonly<Record<string, InterestClass>>,
  ) {
    this.#state = state as never;
    this.#sights = sights;
    this.#classes = Object.entries(classes).map(([name, rule]) => readClass(name, rule));
  }

  /** -1: not one of them. */
  itemOf(tree: ChangeTree): number {
    // Mostly they are asked for in the order in which they are kept.
    if (this.#trees[this.#likely] === tree) return this.#likely++;
    const item = this.#itemByTree.get(tree) ?? NONE;
    this.#likely = item + 1;
    return item;
  }

  treeOf(item: number): ChangeTree {
    return this.#trees[item] as ChangeTree;
  }

  /** One above the largest number in use. */
  get limit(): number {
    return this.#trees.length;
  }

  fieldsOf(item: number): PlainFields {
    return this.#fields[item] as PlainFields;
  }

  /**
   * The item whose key is this session's id; -1: none. As of the last look.
   *
   * @param before - what it was then: mostly it still is
   */
  ofSession(sessionId: string, before: number): number {
    if (this.#isFirst(before) && this.#keys[before] === sessionId) return before;
    const state = this.#state();
    for (const { name } of this.#classes) {
      const entity = state[name]?.get?.(sessionId);
      if (entity !== undefined) return this.itemOf(entity[$changes]);
    }
    return -1;
  }

  /** Whether it is there, and nothing of another class comes before it. */
  #isFirst(item: number): boolean {
    return this.#trees[item] !== undefined && this.#sights.classOf(item) === 0;
  }

  xOf(item: number): number {
    return this.#xs[item] as number;
  }

  yOf(item: number): number {
    return this.#ys[item] as number;
  }

  /**
   * Looks through the state, and tells the sight map.
   *
   * @param gone - told of what is not there any more, before the map forgets it
   */
  look(gone: (item: GoneItem) => void): void {
    this.#round++;
    const state = this.#state();
    for (const [index, itemClass] of this.#classes.entries()) {
      const look = (entity: Entity, key: unknown) => {
        const item = this.#lookAt(entity, index, itemClass, gone);
        if (item >= 0) this.#keys[item] = key;
      };
      state[itemClass.name]?.forEach(look);
    }
    for (const [tree, item] of this.#itemByTree) {
      if (this.#rounds[item] === this.#round) continue;
      gone(this.#goneItem(item, tree));
      this.#sights.removeItem(item);
      this.#itemByTree.delete(tree);
      this.#trees[item] = undefined;
      this.#free.push(item);
    }
  }

  /** @returns its number; -1: it is another collection's */
  #lookAt(
    entity: Entity,
    index: number,
    itemClass: ReadClass,
    gone: (item: GoneItem) => void,
  ): number {
    const tree = entity[$changes];
    const known = this.itemOf(tree);
    // In two collections: it is of the first one.
    if (known !== NONE && this.#rounds[known] === this.#round) return NONE;
    const item = known !== NONE ? known : (this.#free.pop() ?? this.#trees.length);
    if (known === NONE) {
      this.#trees[item] = tree;
      this.#itemByTree.set(tree, item);
      this.#sights.addItem(item, index);
      this.#fields[item] = itemClass.fields.of(tree);
    } else if (this.#hasMoved(item, tree, index)) {
      // It has another place in the state: to clients it is gone from one, and new in the other.
      gone(this.#goneItem(item, tree));
      this.#sights.removeItem(item);
      this.#sights.addItem(item, index);
      this.#fields[item] = itemClass.fields.of(tree);
    }
    this.#indexes[item] = tree.parentIndex ?? 0;
    this.#parents[item] = tree.parent?.[$changes] as ChangeTree;
    this.#rounds[item] = this.#round;
    this.#place(item, entity, index, itemClass);
    return item;
  }

  #goneItem(item: number, tree: ChangeTree): GoneItem {
    const parent = this.#parents[item] as ChangeTree;
    return { item, tree, parent, index: this.#indexes[item] as number };
  }

  #hasMoved(item: number, tree: ChangeTree, index: number): boolean {
    if (this.#sights.classOf(item) !== index) return true;
    // Entities of an array change their places all the time, and are told of by their ids.
    const isInArray = tree.parent?.[$changes]?.isArray === true;
    return !isInArray && this.#indexes[item] !== tree.parentIndex;
  }

  #place(item: number, entity: Entity, index: number, itemClass: ReadClass): void {
    const x = itemClass.x(entity);
    const y = itemClass.y(entity);
    this.#xs[item] = x;
    this.#ys[item] = y;
    if (this.#sights.shapeOf(index) !== null) this.#sights.placeItem(item, x, y);
    const { team, everywhere } = itemClass;
    if (team === null && everywhere === null) return;
    this.#sights.ruleItem(item, this.#teamNumber(team?.(entity)), everywhere?.(entity) ?? false);
  }

  /** Teams by small numbers, for as long as the room lives: games have few. */
  #teamNumber(team: string | number | null | undefined): number {
    if (team === null || team === undefined) return NO_TEAM;
    let number = this.#teams.get(team);
    if (number === undefined) {
      number = this.#teams.size + 1;
      this.#teams.set(team, number);
    }
    return number;
  }
}

function readClass(name: string, rule: InterestClass): ReadClass {
  const x = rule.x ?? 'x';
  const y = rule.y ?? 'y';
  const together = rule.together ?? [x, y].filter((place) => typeof place === 'string');
  return {
    name,
    x: reader(x),
    y: reader(y),
    team: (rule.team as ReadClass['team'] | undefined) ?? null,
    everywhere: (rule.everywhere as ReadClass['everywhere'] | undefined) ?? null,
    fields: new PlainFieldsOf(together),
  };
}

function reader(coordinate: Coordinate): (entity: Entity) => number {
  if (typeof coordinate === 'function') return coordinate as never;
  return (entity) =>
    (entity as never as Readonly<Record<string, number>>)[coordinate] ?? Number.NaN;
}
