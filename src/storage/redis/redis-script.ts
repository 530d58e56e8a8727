import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';

/** Either kind of client; Sentinel is a `Redis`. */
export type RedisClient = Redis | Cluster;

/**
 * A Lua script of `scripts/`, run by its hash; Redis gets the text when it does not know it (also after a restart).
 *
 * The head of each file says what KEYS, ARGV and the reply are and why it must be atomic. All keys of a script carry one
 * hash tag, so that it also runs on Redis Cluster. A line `-- include: <name>` stands for that file.
 */
export class RedisScript<Reply> {
  readonly #command: string;
  readonly #text: string;

  /** @param name - the file's name without `.lua` */
  constructor(name: string) {
    this.#command = `meridian:${name}`;
    this.#text = read(name).replace(/^-- include: (\S+)$/gm, (_line, file: string) => read(file));
  }

  async run(
    redis: RedisClient,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<Reply> {
    const commands = redis as unknown as Record<string, (...args: unknown[]) => Promise<Reply>>;
    if (commands[this.#command] === undefined) {
      redis.defineCommand(this.#command, { lua: this.#text });
    }
    return await (commands[this.#command] as (...args: unknown[]) => Promise<Reply>)(
      keys.length,
      ...keys,
      ...args,
    );
  }
}

function read(name: string): string {
  return readFileSync(new URL(`scripts/${name}.lua`, import.meta.url), 'utf8');
}
