export type ShardingFailure =
  /** The server is no router (mongos) of a sharded cluster. */
  | 'NOT_A_ROUTER'
  /** What is there is not what is wanted, and cannot be changed by adding to it. */
  | 'CONFLICT';

/** Sharding stopped before it changed anything. `message` says in full what an operator can do. */
export class ShardingError extends Error {
  override readonly name = 'ShardingError';
  readonly code: ShardingFailure;
  /** Each thing that stands against it. */
  readonly conflicts: readonly string[];

  constructor(code: ShardingFailure, message: string, conflicts: readonly string[] = []) {
    super([message, ...conflicts.map((conflict) => `  ${conflict}`)].join('\n'));
    this.code = code;
    this.conflicts = conflicts;
  }
}
