import { createInterface } from 'node:readline';
import { machineNowMs } from '../../../machine/machine-clock.ts';
import { median } from '../../../statistics/percentile.ts';
import { summarise } from '../../../statistics/summary.ts';
import type { ServerReport } from '../wire.ts';

/** A server's measuring side, the same in both contenders. */
export class ServerDiary {
  #isOn = false;
  #firstStep = 0;
  #roomMs: number[] = [];
  #machineMs: number[] = [];
  #ticksMs: number[] = [];
  #playerSteps = 0;
  #starvedSteps = 0;

  /** Tells the runner where the server listens, then obeys it until `quit` or the end of stdin. */
  serve(port: number): void {
    const lines = createInterface({ input: process.stdin });
    lines.on('line', (line) => this.#obey(line.trim()));
    // A runner that died must not leave servers behind.
    lines.on('close', () => process.exit(0));
    say({ kind: 'ready', port });
  }

  /** @param roomMs - the room's clock at this step */
  stepped(step: number, roomMs: number): void {
    if (!this.#isOn) return;
    if (this.#roomMs.length === 0) this.#firstStep = step;
    this.#roomMs.push(roomMs);
    this.#machineMs.push(machineNowMs());
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
        const { rss, external } = process.memoryUsage();
        say({ kind: 'memory', rssBytes: rss, externalBytes: external });
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
    });
  }
}

function say(report: ServerReport): void {
  process.stdout.write(`@${JSON.stringify(report)}\n`);
}
