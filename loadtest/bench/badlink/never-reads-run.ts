import { machineNowMs } from '../../machine/machine-clock.ts';
import type { PathFault } from '../../wan/wan-link.ts';
import { sleep } from './link-run.ts';
import { type Machine, Rig } from './rig.ts';
import type { Contender, ServerMemory } from './wire.ts';

/** One player whose machine takes nothing any more, and whose connection stands. */
export interface NeverReadsRun {
  readonly kind: 'never-reads';
  readonly contender: Contender;
  /** From the last byte he took until the server dropped him; null: it did not. */
  readonly droppedAfterMs: number | null;
  /** With which the server ended his connection; null: it did not. */
  readonly closeCode: number | null;
  /** What waited for him in the server's process. */
  readonly serverBacklogMaxBytes: number;
  /** Of the server's process before and after he did not read. */
  readonly before: ServerMemory;
  readonly after: ServerMemory;
}

const WARM_UP_MS = 3_000;
/** Much is to be told, so that what waits is seen soon. */
const SETUP = { movers: 300, players: 3 };

export async function playWithOneWhoNeverReads(
  machine: Machine,
  contender: Contender,
  seed: number,
  forMs: number,
): Promise<NeverReadsRun> {
  let fault: PathFault = 'none';
  const profile = { delayMs: 1, jitterMs: 0, lossRatio: 0 };
  const link = { name: 'lan', title: '2 ms', path: profile } as const;
  await using rig = await Rig.open(
    ...([machine, contender, link, { ...SETUP, seed }] as const),
    (player) => ({ profile, fault: player === 0 ? fault : 'none' }),
  );
  await sleep(WARM_UP_MS);
  const before = await rig.memory();
  await rig.start();
  const stalledAtMs = machineNowMs();
  fault = 'stall';
  await sleep(forMs);
  const after = await rig.memory();
  fault = 'none';
  const { window } = await rig.stop();
  const drop = window.drops[0] ?? null;
  return {
    kind: 'never-reads',
    contender,
    droppedAfterMs: drop === null ? null : drop.machineMs - stalledAtMs,
    closeCode: drop?.code ?? null,
    serverBacklogMaxBytes: Math.max(0, ...window.backlog.bytes),
    ...{ before, after },
  };
}
