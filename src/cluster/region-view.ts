import { redisKeys } from '../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../storage/redis/redis-script.ts';
import type { NodeInfo } from './node-info.ts';

/** A node's lease as Redis has it. */
export interface SeenLease {
  readonly info: NodeInfo;
  /** What is left of it, ms. */
  readonly remainingMs: number;
  /** It was cut off from Redis within the last grace. */
  readonly wasSilent: boolean;
}

/** The nodes of a region at one moment: node id → its lease, null when that is gone and nobody has declared it dead yet. */
export type RegionView = ReadonlyMap<string, SeenLease | null>;

/** Of each node in the script's reply. */
const FIELDS = 4;

/** Reads who is here, from Redis. */
export class RegionReader {
  readonly #redis: RedisClient;
  readonly #script = new RedisScript<(string | number)[]>('read-region');

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** @throws when Redis does not answer */
  async read(): Promise<RegionView> {
    const flat = await this.#script.run(
      this.#redis,
      [redisKeys.nodes],
      [redisKeys.lease(''), redisKeys.silent('')],
    );
    const view = new Map<string, SeenLease | null>();
    for (let at = 0; at < flat.length; at += FIELDS) {
      const [nodeId, json, remainingMs, wasSilent] = flat.slice(at, at + FIELDS);
      view.set(
        String(nodeId),
        json === ''
          ? null
          : {
              info: JSON.parse(String(json)) as NodeInfo,
              remainingMs: Number(remainingMs),
              wasSilent: wasSilent === 1,
            },
      );
    }
    return view;
  }
}
