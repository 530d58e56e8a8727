import { createInterface } from 'node:readline';
import { machineNowMs } from '../../../machine/machine-clock.ts';
import { median } from '../../../statistics/percentile.ts';
import { summarise } from '../../../statistics/summary.ts';
import type { ServerReport } from '../wire.ts';

/** A connection of either contender. */
interface DiaryClient {
  readonly ref: unknown;
  /** Meridian's also writes past its `ws`, which then knows of nothing. */
  readonly backlogBytes?: number;
}

/** A server's measuring side, the same in both contenders. */
export class ServerDiary {
  #isOn = false;
  #firstStep = 0;
  #roomMs: number[] = [];
  #machineMs: number[] = [];
  #ticksMs: number[] = [];
  #playerSteps = 0;
  #starvedSteps = 0;
  #backlogBytes: number[] = [];
  #drops: { readonly machineMs: number; readonly code: number }[] = [];

  /** Tells the runner where the server listens, then obeys it until `quit` or the end of stdin. */
  serve(port: number): void {
    const lines = createInterface({ input: process.stdin });
    lines.on('line', (line) => this.#obey(line.trim()));
    // A runner that died must not leave servers behind.
    lines.on('close', () => process.exit(0));
    say({ kind: 'ready', port });
  }

  /**
   * @param roomMs - the room's clock at this step
   * @param clients - all who are connected
   */
  stepped(step: number, roomMs: number, clients: readonly DiaryClient[]): void {
    if (!this.#isOn) return;
    if (this.#roomMs.length === 0) this.#firstStep = step;
    this.#roomMs.push(roomMs);
    this.#machineMs.push(machineNowMs());
    this.#backlogBytes.push(Math.max(0, ...clients.map(backlogOf)));
  }

  /** A connection was lost, or ended by the server. */
  dropped(code: number): void {
    if (this.#isOn) this.#drops.push({ machineMs: machineNowMs(), code });
  }

  ticked(durationMs: number): void {
    if (this.#isOn) this.#ticksMs.push(durationMs);
  }

  /** One player had `inputs` of his applied in a step. */
  steered(inputs: number): void {
    if (!this.#isOn) return;
    this.#playerSteps += 1;
    if (inputs === 0) this.#starvedSteps += 1;
  }

  #obey(command: string): void {
    switch (command) {
      case 'start':
        this.#start();
        say({ kind: 'started' });
        break;
      case 'stop':
        this.#stop();
        break;
      case 'memory': {
        (globalThis as { gc?: () => void }).gc?.();
        const { rss, heapUsed, external } = process.memoryUsage();
        say({ kind: 'memory', rssBytes: rss, usedBytes: heapUsed + external });
        break;
      }
      case 'quit':
        process.exit(0);
    }
  }

  #start(): void {
    this.#isOn = true;
    this.#roomMs = [];
    this.#machineMs = [];
    this.#ticksMs = [];
    this.#playerSteps = 0;
    this.#starvedSteps = 0;
    this.#backlogBytes = [];
    this.#drops = [];
  }

  #stop(): void {
    this.#isOn = false;
    const ahead = this.#roomMs.map((roomMs, at) => (this.#machineMs[at] as number) - roomMs);
    say({
      kind: 'window',
      timeline: {
        firstStep: this.#firstStep,
        roomMs: this.#roomMs,
        machineAheadMs: median(ahead),
      },
      tickMs: summarise(this.#ticksMs),
      playerSteps: this.#playerSteps,
      starvedSteps: this.#starvedSteps,
      backlog: { machineMs: this.#machineMs, bytes: this.#backlogBytes },
      drops: this.#drops,
    });
  }
}

function say(report: ServerReport): void {
  process.stdout.write(`@${JSON.stringify(report)}\n`);
}

/** Bytes that this process holds for a client. */
function backlogOf({ ref, backlogBytes }: DiaryClient): number {
  return backlogBytes ?? (ref as { readonly bufferedAmount: number }).bufferedAmount;
}
