import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ProfileService } from '../../src/profiles/service.ts';
import type { ProfileSettings } from './away-store.ts';
import { ForkedProcess, firstMessage } from './forked-process.ts';

const SCRIPT = fileURLToPath(new URL('./profile-node.ts', import.meta.url));

/** Methods of the service whose arguments and results are JSON. */
type Method = 'create' | 'read' | 'operate' | 'addStatistics' | 'patch';

export interface ProfileQuestion {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

export type ProfileAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly code: string };

/** The profile service of a region (profile-node.ts), in a process of its own. */
export class ProfileNodeProcess extends ForkedProcess {
  readonly #asked = new Map<number, (answer: ProfileAnswer) => void>();
  #questions = 0;

  private constructor(child: ChildProcess) {
    super(child);
    child.on('message', (answer: ProfileAnswer) => {
      this.#asked.get(answer.id)?.(answer);
      this.#asked.delete(answer.id);
    });
  }

  static async start(settings: ProfileSettings): Promise<ProfileNodeProcess> {
    const child = fork(SCRIPT, [JSON.stringify(settings)], {
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

  /** Calls the service. @returns its result, or the code of its refusal; never, once the process is killed */
  ask<Name extends Method>(
    method: Name,
    ...args: Parameters<ProfileService[Name]>
  ): Promise<
    { readonly value: Awaited<ReturnType<ProfileService[Name]>> } | { readonly code: string }
  > {
    const { promise, resolve } = Promise.withResolvers<ProfileAnswer>();
    this.#questions += 1;
    this.#asked.set(this.#questions, resolve);
    // What cannot be sent any more has no answer either.
    this.child.send({ id: this.#questions, method, args } satisfies ProfileQuestion, () => {});
    return promise as never;
  }
}
