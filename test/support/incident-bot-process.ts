import { freePort } from './free-port.ts';
import { MeridianProcess } from './start-meridian.ts';

const TOKEN = 'a-token-of-an-incident-bot';

/** An alert as a rule names it. */
export interface ToldAlert {
  readonly alertname: string;
  readonly action: string;
  readonly region: string;
  readonly node?: string;
}

/** The incident bot of a region in a process of its own, as `--services incidents` starts it, told by the test as Alertmanager would. */
export class IncidentBotProcess implements AsyncDisposable {
  readonly process: MeridianProcess;
  readonly #alertsUrl: string;

  static async start(options: {
    readonly regionId: string;
    readonly redisUri: string;
  }): Promise<IncidentBotProcess> {
    const port = await freePort();
    const process = await MeridianProcess.start({
      game: 'test/support/orders-game.ts',
      env: {
        REDIS_URI: options.redisUri,
        MERIDIAN_REGION_ID: options.regionId,
        MERIDIAN_PROCESS_SERVICES: 'incidents',
        MERIDIAN_INCIDENTS_TOKEN: TOKEN,
        MERIDIAN_INCIDENTS_PORT: String(port),
        // What a test asks for again is looked at again.
        MERIDIAN_INCIDENTS_COOLDOWN_MS: '1',
      },
    });
    return new IncidentBotProcess(process, `http://127.0.0.1:${port}/alerts`);
  }

  private constructor(process: MeridianProcess, alertsUrl: string) {
    this.process = process;
    this.#alertsUrl = alertsUrl;
  }

  async tell(status: 'firing' | 'resolved', labels: ToldAlert): Promise<void> {
    const alert = {
      ...{ status, labels, startsAt: '2026-01-01T00:00:00Z' },
      fingerprint: `${labels.alertname}-${labels.action}`,
    };
    const response = await fetch(this.#alertsUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({
        ...{ version: '4', status, receiver: 'bot', groupKey: 'g', alerts: [alert] },
      }),
    });
    if (response.status !== 204) throw new Error(`The bot answered ${response.status}.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}
