import { execFile } from 'node:child_process';
import { z } from 'zod';

/** A build whose share is set, and whose nodes are drained when it is taken back. */
export interface ReleaseTool {
  /** Shares of new rooms by build, 0–1. */
  shares(): Promise<Readonly<Record<string, number>>>;
  /** @param share - 0–1; 1 promotes it */
  give(build: string, share: number): Promise<void>;
  /** @returns for people: what was done */
  rollBack(build: string): Promise<string>;
}

/** The command has failed; the message has its last words. */
export class ReleaseFailed extends Error {}

/** Moving the rooms of a node takes a minute at most, and all nodes do so at once. */
const TIMEOUT_MS = 180_000;

const Status = z.object({ shares: z.record(z.string(), z.number()) });

/** `meridian release`, wherever it runs. */
export class CommandReleaseTool implements ReleaseTool {
  readonly #command: readonly string[];

  /** @param command - words before `status`, e.g. `kubectl -n meridian exec deploy/matchmaking -- /nodejs/bin/node dist/main.js release` */
  constructor(command: readonly string[]) {
    this.#command = command;
  }

  async shares(): Promise<Readonly<Record<string, number>>> {
    return Status.parse(JSON.parse(await this.#run(['status', '--json']))).shares;
  }

  async give(build: string, share: number): Promise<void> {
    const args =
      share === 1 ? ['promote', build] : ['canary', build, '--share', String(share * 100)];
    await this.#run([...args, '--by', 'rollout']);
  }

  async rollBack(build: string): Promise<string> {
    return await this.#run(['rollback', build, '--by', 'rollout']);
  }

  async #run(args: readonly string[]): Promise<string> {
    const [program = '', ...before] = this.#command;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    // No shell: a word stays a word.
    execFile(program, [...before, ...args], { timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          new ReleaseFailed(`release ${args.join(' ')}: ${stderr || stdout || error.message}`),
        );
    });
    return await promise;
  }
}
