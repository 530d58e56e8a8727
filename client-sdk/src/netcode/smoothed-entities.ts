import { Callbacks } from '@colyseus/sdk';
import type { ColyseusRoom } from '../colyseus-room.ts';
import { DrawnEntity } from './drawn-entity.ts';
import type { PatchStream, PathFields } from './motion-path.ts';

/** Names of the numbers among the fields of an entity. */
export type NumberField<Entity> = {
  [Name in keyof Entity]-?: Entity[Name] extends number ? Name : never;
}[keyof Entity] &
  string;

/** How the entities of one kind are drawn between what patches say of them. */
export interface Smoothed<Entity = object> {
  /** Numbers, most often `x` and `y`. */
  readonly fields: readonly NumberField<Entity>[];
  /** Those that are radians: they turn the short way. */
  readonly angles?: readonly NumberField<Entity>[];
  /** Farther than this from one patch to the next is a teleport: it is seen at once, and not as a flight. */
  readonly snap?: number;
}

/** An entity as the decoder has it. */
type Instance = Readonly<Record<string, number>>;

interface LooseCallbacks {
  onAdd(key: string, listener: (entity: object) => void): () => void;
  onRemove(key: string, listener: (entity: object) => void): () => void;
  onChange(entity: object, listener: () => void): () => void;
}

interface Entry {
  readonly drawn: DrawnEntity;
  /** Number of the frame that it was computed for. */
  frame: number;
  readonly stop: () => void;
}

/** All entities that are drawn a moment in the past. Each is heard of once per patch, and computed once per frame, when it is asked for. */
export class SmoothedEntities {
  readonly #stream: PatchStream;
  readonly #callbacks: LooseCallbacks;
  readonly #entities = new Map<object, Entry>();
  readonly #stops: (() => void)[] = [];
  readonly #values: number[] = [];
  #frame = 0;
  #nowMs = 0;
  #playheadRoomMs = Number.NEGATIVE_INFINITY;

  constructor(room: ColyseusRoom<unknown>, stream: PatchStream) {
    this.#stream = stream;
    this.#callbacks = Callbacks.get(room as never) as unknown as LooseCallbacks;
  }

  /** Draws all entities of a collection of the state. @param key - its name, on the state itself */
  addCollection(key: string, smoothed: Smoothed): void {
    const fields = pathFields(smoothed);
    this.#stops.push(
      this.#callbacks.onAdd(key, (entity) => this.#add(entity, fields)),
      this.#callbacks.onRemove(key, (entity) => this.remove(entity)),
    );
  }

  /** Draws one entity. */
  add(entity: object, smoothed: Smoothed): void {
    this.#add(entity, pathFields(smoothed));
  }

  remove(entity: object): void {
    this.#entities.get(entity)?.stop();
    this.#entities.delete(entity);
  }

  /** Begins a frame. */
  frame(nowMs: number, playheadRoomMs: number): void {
    this.#frame += 1;
    this.#nowMs = nowMs;
    this.#playheadRoomMs = playheadRoomMs;
  }

  /** Where a field is drawn in this frame; what is not smoothed is drawn as it is. */
  value(entity: object, field: string): number {
    const entry = this.#entities.get(entity);
    const index = entry?.drawn.fields.names.indexOf(field) ?? -1;
    if (entry === undefined || index === -1) return (entity as Instance)[field] as number;
    if (entry.frame !== this.#frame) {
      entry.frame = this.#frame;
      entry.drawn.frame(this.#nowMs, this.#playheadRoomMs, this.#stream);
    }
    return entry.drawn.drawn[index] as number;
  }

  /** All are drawn where they belong at once, without a way there. */
  settle(): void {
    for (const { drawn } of this.#entities.values()) drawn.settle();
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    for (const entity of [...this.#entities.keys()]) this.remove(entity);
  }

  #add(entity: object, fields: PathFields): void {
    this.remove(entity);
    const drawn = new DrawnEntity(fields);
    const hear = () => {
      for (let i = 0; i < fields.names.length; i += 1) {
        this.#values[i] = (entity as Instance)[fields.names[i] as string] ?? 0;
      }
      drawn.push(this.#stream.newestRoomMs, this.#values, this.#stream);
    };
    hear();
    this.#entities.set(entity, { drawn, frame: -1, stop: this.#callbacks.onChange(entity, hear) });
  }
}

function pathFields({ fields, angles = [], snap = 0 }: Smoothed): PathFields {
  const turning: ReadonlySet<string> = new Set(angles);
  const names = [...new Set<string>([...fields, ...angles])];
  return { names, isAngle: names.map((name) => turning.has(name)), snap };
}
