// A cluster as its config database has it, as far as sharding our collections is concerned.

export type ShardKey = Readonly<Record<string, 1 | -1 | 'hashed'>>;

export interface ShardState {
  readonly id: string;
  readonly zones: readonly string[];
}

export interface CollectionState {
  /** Null: it is not sharded, or not there. */
  readonly shardKey: ShardKey | null;
  /** Only an empty one can be split before it is filled. */
  readonly isEmpty: boolean;
  readonly validator?: unknown;
}

/** A range of home regions that belongs to a zone. */
export interface RangeState {
  readonly collection: string;
  readonly zone: string;
  /** The first region in it; null: it begins before all of them. */
  readonly fromRegion: string | null;
  /** The first region behind it; null: it ends behind all of them. */
  readonly toRegion: string | null;
  /** Whether the rest of the shard key is whole: from its smallest value, to its smallest of the next region. */
  readonly isWhole: boolean;
}

export interface ClusterState {
  readonly isDatabaseEnabled: boolean;
  readonly shards: readonly ShardState[];
  readonly collections: ReadonlyMap<string, CollectionState>;
  readonly ranges: readonly RangeState[];
}
