import { machineNowMs } from '../../machine/machine-clock.ts';
import { type Summary, summarise } from '../../statistics/summary.ts';
import type { Bottleneck } from '../../wan/bottleneck.ts';
import type { Path } from '../../wan/wan-link.ts';
import { BacklogWatch, sumBacklogs } from './backlog-watch.ts';
import { sleep } from './link-run.ts';
import { type Machine, Rig } from './rig.ts';
import type { Contender, FirstPlayer } from './wire.ts';

/** One player behind a narrow link, others as they should be. */
export interface SlowClientRun {
  readonly kind: 'slow-client';
  readonly contender: Contender;
  /** Of all links, without the queue. */
  readonly rttMs: number;
  readonly before: SlowPhase;
  /** The first seconds behind the narrow link: the server has to find out. */
  readonly narrowing: SlowPhase;
  /** From there on. */
  readonly capped: SlowPhase;
  readonly released: SlowPhase;
  /** As in the phases, all the time behind the narrow link. */
  readonly backlogBytes: Summary;
  readonly eventMs: Summary;
  /** Of quality, that the slow player was told; null: nothing was told. */
  readonly worstLevel: number | null;
  /** From the release until he had level 0 for good; null when he was told nothing, or had not. */
  readonly level0AfterMs: number | null;
  /** Over all phases, every second: for pictures. */
  readonly backlogBytesBySecond: readonly number[];
}

export interface SlowPhase {
  /** All that the server has given away and the slow player has not got. */
  readonly backlogBytes: Summary;
  /** Of an event that must be heard at once, by the slow player. */
  readonly eventMs: Summary;
  readonly patchesPerS: number;
  readonly downBytesPerS: number;
  /** Connections that were lost. */
  readonly drops: number;
  readonly tickP95Ms: number;
  readonly othersPatchGapP95Ms: number;
}

export interface SlowDurations {
  readonly beforeMs: number;
  readonly cappedMs: number;
  readonly releasedMs: number;
}

/** 32 kbit/s, and a queue of two seconds, as the modem of a phone has. */
const NARROW: Bottleneck = { bytesPerSecond: 4_000, queueBytes: 8_000 };
const ONE_WAY_MS = 25;
/** How long the first phase behind the narrow link is. */
const NARROWING_MS = 5_000;
const WARM_UP_MS = 4_000;
const SETUP = { movers: 60, players: 6 };

type PhaseSeen = SlowPhase & {
  readonly eventsMs: readonly number[];
  readonly levels: FirstPlayer['levels'];
  readonly backlogSeries: readonly number[];
};

export async function playWithSlowClient(
  machine: Machine,
  contender: Contender,
  seed: number,
  { beforeMs, cappedMs, releasedMs }: SlowDurations,
): Promise<SlowClientRun> {
  let bottleneck: Bottleneck | undefined;
  const profile = { delayMs: ONE_WAY_MS, jitterMs: 0, lossRatio: 0 };
  const pathOf = (player: number): Path => ({
    ...{ profile, fault: 'none' as const },
    ...(player === 0 && bottleneck !== undefined && { bottleneck }),
  });
  const link = { name: 'good', title: '50 ms', path: profile } as const;
  await using rig = await Rig.open(machine, contender, link, { ...SETUP, seed }, pathOf);
  using watch = new BacklogWatch(rig);
  await sleep(WARM_UP_MS);
  const before = await seePhase(rig, watch, beforeMs);
  bottleneck = NARROW;
  const narrowing = await seePhase(rig, watch, NARROWING_MS);
  const capped = await seePhase(rig, watch, cappedMs - NARROWING_MS);
  bottleneck = undefined;
  const releasedAtMs = machineNowMs();
  const released = await seePhase(rig, watch, releasedMs);
  const narrow = [narrowing, capped];
  const levels = [...narrow, released].flatMap((phase) => phase.levels);
  const last = released.levels.at(-1);
  return {
    kind: 'slow-client',
    contender,
    rttMs: 2 * ONE_WAY_MS,
    ...{ before, narrowing, capped, released },
    backlogBytes: summarise(narrow.flatMap(({ backlogSeries }) => backlogSeries)),
    eventMs: summarise(narrow.flatMap(({ eventsMs }) => eventsMs)),
    worstLevel: levels.length > 0 ? Math.max(...levels.map(({ level }) => level)) : null,
    level0AfterMs: last?.level === 0 ? Math.max(0, last.machineMs - releasedAtMs) : null,
    backlogBytesBySecond: [before, ...narrow, released].flatMap(({ backlogSeries }) =>
      worstBySecond(backlogSeries),
    ),
  };
}

async function seePhase(rig: Rig, watch: BacklogWatch, durationMs: number): Promise<PhaseSeen> {
  const firstLink = () => rig.links[0]?.traffic.downBytes ?? 0;
  watch.take();
  await rig.start();
  const downBytes = firstLink();
  await sleep(durationMs);
  const arrivedBytes = firstLink() - downBytes;
  const onTheWay = watch.take();
  const { window, judged } = await rig.stop();
  const backlog = sumBacklogs(window.backlog, onTheWay);
  return {
    backlogBytes: summarise(backlog.bytes),
    eventMs: summarise(judged.first.eventsMs),
    eventsMs: judged.first.eventsMs,
    patchesPerS: judged.first.patchesPerS,
    downBytesPerS: Math.round((arrivedBytes * 1_000) / durationMs),
    drops: window.drops.length,
    tickP95Ms: window.tickMs.p95,
    othersPatchGapP95Ms: judged.othersPatchGapMs.p95,
    levels: judged.first.levels,
    backlogSeries: backlog.bytes,
  };
}

/** The watch looks 20 times a second. */
function worstBySecond(bytes: readonly number[]): number[] {
  const seconds = Math.ceil(bytes.length / 20);
  return Array.from({ length: seconds }, (_, second) =>
    Math.max(0, ...bytes.slice(second * 20, (second + 1) * 20)),
  );
}
