import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ProfileService } from '../../src/profiles/service.ts';
import type { ProfileSettings } from './away-store.ts';
import { ForkedProcess, firstMessage } from './forked-process.ts';
import { nodeBinary } from './node-binary.ts';

const SCRIPT = fileURLToPath(new URL('./profile-node.ts', import.meta.url));

/** Methods of the service whose arguments and results are JSON. */
type Method =
  | 'create'
  | 'read'
  | 'operate'
  | 'writeSoon'
  | 'flush'
  | 'readSection'
  | 'readRecord'
  | 'count';

export interface ProfileQuestion {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

export type ProfileOutcome = { readonly value: unknown } | { readonly code: string };

export type ProfileAnswer = ProfileOutcome & { readonly id: number };

/** The profile service of a region (profile-node.ts), in a process of its own. */
export class ProfileNodeProcess extends ForkedProcess {
  readonly #asked = new Map<number, (outcome: ProfileOutcome) => void>();
  #questions = 0;

  private constructor(child: ChildProcess) {
    super(child);
    child.on('message', (answer: ProfileAnswer) => {
      const { id, ...outcome } = answer;
      this.#asked.get(id)?.(outcome);
      this.#asked.delete(id);
    });
  }

  static async start(settings: ProfileSettings): Promise<ProfileNodeProcess> {
    const child = fork(SCRIPT, [JSON.stringify(settings)], {
      execPath: nodeBinary,
      execArgv: ['--conditions=meridian-source'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    await firstMessage(child, () => `A profile node ended before it was ready:\n${stderr}`);
    return new ProfileNodeProcess(child);
  }

  /** What it has counted. */
  async count(name: string, labels: Readonly<Record<string, string>>): Promise<number> {
    const answer = await this.#answer('count', [name, labels]);
    return 'value' in answer ? Number(answer.value) : Number.NaN;
  }

  /** Calls the service. @returns its result, or the code of its refusal; never, once the process is killed */
  ask<Name extends Exclude<Method, 'count'>>(
    method: Name,
    ...args: Parameters<ProfileService[Name]>
  ): Promise<
    { readonly value: Awaited<ReturnType<ProfileService[Name]>> } | { readonly code: string }
  > {
    return this.#answer(method, args) as never;
  }

  #answer(method: Method, args: readonly unknown[]): Promise<ProfileOutcome> {
    const { promise, resolve } = Promise.withResolvers<ProfileOutcome>();
    this.#questions += 1;
    this.#asked.set(this.#questions, resolve);
    // What cannot be sent any more has no answer either.
    this.child.send({ id: this.#questions, method, args } satisfies ProfileQuestion, () => {});
    return promise;
  }
}
