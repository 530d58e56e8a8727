import { machineNowMs } from '../../machine/machine-clock.ts';
import { kernelQueue, readTcpTable } from './kernel-queues.ts';
import type { Rig } from './rig.ts';
import type { BacklogSeries } from './wire.ts';

const EVERY_MS = 50;

/**
 * All that the server has given away and the first player has not got:
 *
 *   server's own backlog ─▶ kernel, sending ─▶ kernel, receiving ─▶ bottleneck and way ─▶ player
 *   (its process tells)     └──────── /proc/net/tcp ────────┘       (the link tells)
 */
export class BacklogWatch implements Disposable {
  readonly #rig: Rig;
  readonly #timer: NodeJS.Timeout;
  #machineMs: number[] = [];
  #bytes: number[] = [];

  constructor(rig: Rig) {
    this.#rig = rig;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  /** Begins anew. @returns what was seen since the last call, without the server's own */
  take(): BacklogSeries {
    const series = { machineMs: this.#machineMs, bytes: this.#bytes };
    this.#machineMs = [];
    this.#bytes = [];
    return series;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const link = this.#rig.links[0];
    if (link === undefined) return;
    let bytes = link.traffic.heldDownBytes;
    const table = readTcpTable();
    for (const port of table === null ? [] : link.farPorts) {
      const { sendBytes, receiveBytes } = kernelQueue(table as string, this.#rig.serverPort, port);
      bytes += sendBytes + receiveBytes;
    }
    this.#machineMs.push(machineNowMs());
    this.#bytes.push(bytes);
  }
}

/** Both backlogs at the moments of the second. */
export function sumBacklogs(server: BacklogSeries, link: BacklogSeries): BacklogSeries {
  let at = 0;
  const bytes = link.machineMs.map((ms, index) => {
    while (at + 1 < server.machineMs.length && (server.machineMs[at + 1] as number) <= ms) at += 1;
    return (link.bytes[index] as number) + (server.bytes[at] ?? 0);
  });
  return { machineMs: link.machineMs, bytes };
}
