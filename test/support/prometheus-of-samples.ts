import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);

/** A series, and what it was over the last minutes. */
export interface Series {
  /** E.g. `meridian_rooms{room="arena"}`. */
  readonly name: string;
  /** @param minute - since the first sample, counting up */
  readonly at: (minute: number) => number;
}

const MINUTES = 15;
const SAMPLE_SECONDS = 15;

/** A real Prometheus that scrapes nothing and has some series of the last quarter of an hour. */
export class PrometheusOfSamples implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #owned: AsyncDisposableStack;

  private constructor(url: string, child: ChildProcess, owned: AsyncDisposableStack) {
    this.url = url;
    this.#child = child;
    this.#owned = owned;
  }

  static async start(series: readonly Series[]): Promise<PrometheusOfSamples> {
    await using owned = new AsyncDisposableStack();
    const { path } = owned.use(await temporaryFolder('prometheus'));
    await writeFile(join(path, 'samples'), openMetrics(series, Date.now() / 1_000));
    const data = join(path, 'data');
    await run('promtool', [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      join(path, 'samples'),
      data,
    ]);
    await writeFile(join(path, 'prometheus.yml'), 'global: {}\n');
    const port = await freePort();
    const child = spawn(
      'prometheus',
      [
        ...['--config.file', join(path, 'prometheus.yml'), '--storage.tsdb.path', data],
        ...['--web.listen-address', `127.0.0.1:${port}`, '--log.level', 'error'],
      ],
      { stdio: 'ignore' },
    );
    owned.defer(async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    });
    const url = `http://127.0.0.1:${port}`;
    await eventually(async () => (await fetch(`${url}/-/ready`).catch(() => null))?.ok === true, {
      withinMs: 20_000,
    });
    return new PrometheusOfSamples(url, child, owned.move());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}

/** https://github.com/prometheus/OpenMetrics: samples of a series one after the other, seconds since the epoch. */
function openMetrics(series: readonly Series[], nowSeconds: number): string {
  const samples = (MINUTES * 60) / SAMPLE_SECONDS;
  const lines = series.flatMap(({ name, at }) =>
    Array.from({ length: samples + 1 }, (_, n) => {
      const seconds = n * SAMPLE_SECONDS;
      const then = Math.floor(nowSeconds - MINUTES * 60 + seconds);
      return `${name} ${at(seconds / 60)} ${then}`;
    }),
  );
  return `${lines.join('\n')}\n# EOF\n`;
}
