import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../../bin/setup/find-program.ts';
import { freePort } from './free-port.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

const PROMETHEUS = findProgram(['prometheus', '/usr/bin/prometheus']);
const ALERTMANAGER = findProgram(['prometheus-alertmanager', 'alertmanager']);

/** For `describe.skipIf`: whether they are not on this machine. */
export const isAlertingMissing = PROMETHEUS === null || ALERTMANAGER === null;

export interface AlertingOptions {
  /** `host:port` of `/metrics`. */
  readonly targets: readonly string[];
  readonly regionId: string;
  /** Rules, as Prometheus reads them. */
  readonly rules: string;
  /** Where alerts go, and with which token. */
  readonly webhook: { readonly url: string; readonly token: string };
}

/** A real Prometheus and a real Alertmanager on loopback, as fast as they go. */
export class Alerting implements AsyncDisposable {
  readonly prometheusUrl: string;
  readonly #folder: TemporaryFolder;
  readonly #processes: readonly ChildProcess[];

  static async start(options: AlertingOptions): Promise<Alerting> {
    const folder = await temporaryFolder('alerting');
    const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()];
    const file = async (name: string, content: string | object) => {
      const path = join(folder.path, name);
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
      return path;
    };
    const rules = await file('rules.yaml', options.rules);
    // JSON is YAML.
    const prometheusConfig = await file('prometheus.yaml', {
      global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
      rule_files: [rules],
      alerting: {
        alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }],
      },
      scrape_configs: [
        {
          job_name: 'meridian',
          static_configs: [{ targets: options.targets, labels: { region: options.regionId } }],
        },
      ],
    });
    const alertmanagerConfig = await file('alertmanager.yaml', {
      route: {
        receiver: 'incident-bot',
        group_by: ['alertname', 'region', 'node'],
        ...{ group_wait: '0s', group_interval: '1s', repeat_interval: '5s' },
      },
      receivers: [
        {
          name: 'incident-bot',
          webhook_configs: [
            {
              ...{ url: options.webhook.url, send_resolved: true },
              http_config: {
                authorization: { type: 'Bearer', credentials: options.webhook.token },
              },
            },
          ],
        },
      ],
    });
    const alertmanager = spawn(
      ALERTMANAGER ?? '',
      [
        `--config.file=${alertmanagerConfig}`,
        `--storage.path=${join(folder.path, 'alertmanager')}`,
        `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    );
    const prometheus = spawn(
      PROMETHEUS ?? '',
      [
        `--config.file=${prometheusConfig}`,
        `--storage.tsdb.path=${join(folder.path, 'prometheus')}`,
        `--web.listen-address=127.0.0.1:${prometheusPort}`,
        // How long an alert that is over is still told to be; Alertmanager is told sooner that it ended.
        '--rules.alert.resend-delay=1s',
      ],
      { stdio: 'ignore' },
    );
    return new Alerting(folder, `http://127.0.0.1:${prometheusPort}`, [alertmanager, prometheus]);
  }

  private constructor(
    folder: TemporaryFolder,
    prometheusUrl: string,
    processes: readonly ChildProcess[],
  ) {
    this.#folder = folder;
    this.prometheusUrl = prometheusUrl;
    this.#processes = processes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#processes.map(async (process) => {
        if (process.exitCode !== null || process.signalCode !== null) return;
        const ended = once(process, 'exit');
        process.kill('SIGKILL');
        await ended;
      }),
    );
    await this.#folder[Symbol.asyncDispose]();
  }
}
