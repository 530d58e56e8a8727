import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { findPrometheus } from '../../bin/setup/test-tools.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

/** Something to scrape, with the labels of prometheus.yaml. */
export interface ScrapeTarget {
  /** `host:port` of `/metrics`. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

const Answer = z.object({
  status: z.literal('success'),
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

/** A real Prometheus on loopback that scrapes once a second. */
export class PrometheusServer implements AsyncDisposable {
  readonly url: string;
  readonly #folder: string;
  readonly #child: ChildProcess;
  #output = '';

  static async start(options: {
    readonly ruleFiles: readonly string[];
    readonly targets: readonly ScrapeTarget[];
  }): Promise<PrometheusServer> {
    const program = findPrometheus();
    if (program === null) throw new Error('prometheus is not here; npm test says how to get it.');
    // In memory where it can: it waits for the disk with every write.
    const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    const folder = await mkdtemp(join(parent, 'meridian-prometheus-'));
    const port = await freePort();
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: options.ruleFiles,
      scrape_configs: [
        {
          job_name: 'meridian',
          static_configs: options.targets.map(({ address, labels }) => ({
            targets: [address],
            labels,
          })),
        },
        { job_name: 'prometheus', static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
      ],
    };
    writeFileSync(join(folder, 'prometheus.yaml'), JSON.stringify(config));
    const server = new PrometheusServer(program, folder, port);
    try {
      await eventually(async () => (await fetch(`${server.url}/-/ready`)).ok, { withinMs: 60_000 });
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw new Error(`Prometheus did not start:\n${server.#output}`, { cause: error });
    }
  }

  private constructor(program: string, folder: string, port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#folder = folder;
    this.#child = spawn(
      program,
      [
        `--config.file=${join(folder, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
  }

  /** Figures that a query gives now; those that are no numbers are none. @throws {Error} with Prometheus' words for one it refuses */
  async query(promql: string): Promise<readonly number[]> {
    const response = await fetch(`${this.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: promql }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${promql}: ${text}`);
    const { data } = Answer.parse(JSON.parse(text));
    return data.result.map(({ value: [, value] }) => Number(value)).filter(Number.isFinite);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'close');
      this.#child.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
