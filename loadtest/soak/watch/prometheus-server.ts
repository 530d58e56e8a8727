import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { findPrometheus } from '../../../bin/setup/test-tools.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { freePort } from '../../../test/support/free-port.ts';
import type { Reaper } from '../../machine/reaper.ts';

/** Panels ask for rates over half a minute at least: two readings in it are enough, and each costs every node a page of metrics. */
export const SCRAPE_EVERY_S = 5;
const READY_WITHIN_MS = 30_000;
const ANSWERS_WITHIN_MS = 10_000;

/** A node that is scraped. */
export interface ScrapeTarget {
  /** `host:port` of its metrics. */
  readonly address: string;
  readonly regionId: string;
  readonly node: string;
}

const Instant = z.object({
  status: z.literal('success'),
  data: z.object({ result: z.union([z.array(z.unknown()), z.tuple([z.number(), z.string()])]) }),
});
const Alerts = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        state: z.string(),
        labels: z.record(z.string(), z.string()),
        activeAt: z.string(),
      }),
    ),
  }),
});

/** An alert as Prometheus tells it. */
export interface ActiveAlert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly activeAt: string;
}

/** A real Prometheus on loopback, with a store of its own, which scrapes the nodes it is told and evaluates rules. */
export class PrometheusServer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #targetsFile: string;
  readonly #reaper: Reaper;

  /** Whether the program is here. */
  static get isHere(): boolean {
    return findPrometheus() !== null;
  }

  /**
   * @param options.folder - exists, and goes with its owner
   * @throws {Error} when the program is not here, or does not get ready; the message says where its log is
   */
  static async start(options: {
    readonly folder: string;
    readonly ruleFiles: readonly string[];
    readonly reaper: Reaper;
  }): Promise<PrometheusServer> {
    const { folder, ruleFiles, reaper } = options;
    const program = findPrometheus();
    if (program === null) throw new Error('prometheus is not here.');
    const targetsFile = join(folder, 'targets.json');
    const logFile = join(folder, 'prometheus.log');
    await mkdir(join(folder, 'data'), { recursive: true });
    await writeFile(targetsFile, '[]');
    await writeFile(join(folder, 'prometheus.yml'), configOf(targetsFile, ruleFiles));
    const port = await freePort();
    const child = spawn(
      program,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const log = createWriteStream(logFile);
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    reaper.watchProcess(child.pid ?? -1);
    const server = new PrometheusServer(child, `http://127.0.0.1:${port}`, targetsFile, reaper);
    try {
      await eventually(async () => (await server.#get('/-/ready')).ok, {
        ...{ withinMs: READY_WITHIN_MS, everyMs: 100 },
      });
      return server;
    } catch (cause) {
      await server[Symbol.asyncDispose]();
      throw new Error(`Prometheus is not ready; its log is ${logFile}.`, { cause });
    }
  }

  private constructor(child: ChildProcess, url: string, targetsFile: string, reaper: Reaper) {
    this.#child = child;
    this.#url = url;
    this.#targetsFile = targetsFile;
    this.#reaper = reaper;
  }

  /** From now on it scrapes these; it looks at the file by itself. */
  async scrape(targets: readonly ScrapeTarget[]): Promise<void> {
    const groups = targets.map(({ address, regionId, node }) => ({
      targets: [address],
      labels: { region: regionId, node },
    }));
    // Never half a file.
    await writeFile(`${this.#targetsFile}.new`, JSON.stringify(groups));
    await rename(`${this.#targetsFile}.new`, this.#targetsFile);
  }

  /** @returns how many series a query gives now. @throws {Error} for a query that Prometheus refuses */
  async countSeries(promql: string): Promise<number> {
    const response = await this.#get(`/api/v1/query?query=${encodeURIComponent(promql)}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`Prometheus refused ${promql}: ${text}`);
    return Instant.parse(JSON.parse(text)).data.result.length;
  }

  /** Alerts that fire now. */
  async firing(): Promise<readonly ActiveAlert[]> {
    const response = await this.#get('/api/v1/alerts');
    const { alerts } = Alerts.parse(await response.json()).data;
    return alerts
      .filter(({ state }) => state === 'firing')
      .map(({ labels, activeAt }) => ({ name: labels['alertname'] ?? '', labels, activeAt }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await ended;
    this.#reaper.forgetProcess(this.#child.pid ?? -1);
  }

  async #get(path: string): Promise<Response> {
    return await fetch(`${this.#url}${path}`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  }
}

/** YAML is a superset of JSON. */
function configOf(targetsFile: string, ruleFiles: readonly string[]): string {
  return JSON.stringify({
    global: { scrape_interval: `${SCRAPE_EVERY_S}s`, evaluation_interval: `${SCRAPE_EVERY_S}s` },
    rule_files: ruleFiles,
    scrape_configs: [{ job_name: 'meridian', file_sd_configs: [{ files: [targetsFile] }] }],
  });
}
