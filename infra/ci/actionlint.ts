import { Worker } from 'node:worker_threads';

/** A workflow by its path in the repository. */
export interface WorkflowFile {
  readonly path: string;
  readonly content: string;
}

type Reply =
  | {
      readonly path: string;
      readonly findings: readonly {
        readonly line: number;
        readonly kind: string;
        readonly message: string;
      }[];
      readonly failure?: never;
    }
  | { readonly path: string; readonly failure: string; readonly findings?: never };

/** actionlint (https://github.com/rhysd/actionlint), offline: syntax, expressions, keys, events, shells, what is untrusted. */
export class Actionlint implements AsyncDisposable {
  readonly #worker = new Worker(new URL('actionlint-worker.ts', import.meta.url));
  #last: Promise<unknown> = Promise.resolve();

  /** @returns findings as `line: kind: message`; workflows one after the other, for the linter is one */
  async lint({ path, content }: WorkflowFile): Promise<readonly string[]> {
    const turn = this.#last.then(() => this.#ask({ path, content }));
    this.#last = turn.catch(() => undefined);
    const { findings, failure } = await turn;
    if (failure !== undefined) return [`0: linter: ${failure}`];
    return findings.map(({ line, kind, message }) => `${line}: ${kind}: ${message}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(file: WorkflowFile): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.#worker.once('message', resolve);
    this.#worker.once('error', reject);
    this.#worker.postMessage(file);
    return promise.finally(() => this.#worker.off('message', resolve).off('error', reject));
  }
}
