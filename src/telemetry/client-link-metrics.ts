import { Counter, type Registry } from 'prom-client';
import type { LinkReport } from '../protocol/link-report.ts';
import type { QualityLevel } from '../protocol/quality.ts';
import { type HdrScale, type HdrSeries, HdrSummary } from './hdr-summary.ts';

// How the links of clients are, by name of the room. Two kinds of figures, and their help says which:
//
//   measured  by the server, at each answered ping (once a second and client), or at a flush
//   reported  by clients, once a second: a claim, bounded as link-report.ts says

/** Why a client's report of its link was not taken; bounded, so it may be a label. */
export type ReportDrop = 'malformed' | 'too-soon';

/** What the server measures of a client when it answers a ping. */
export interface LinkSample {
  readonly rttMs: number;
  /** Bytes that were handed to its socket since the last sample; null: unknown, or no sample before. */
  readonly sentBytesPerSecond: number | null;
  readonly level: QualityLevel;
  /** Since the last sample, ms; 0 for the first. */
  readonly elapsedMs: number;
}

/**
 * Reported seconds with slower actions are slow, ms: a round trip of 80 ms, which is what players have to a region of their own, and
 * two steps of a room with 20 of them a second, rounded up. The promise that is made with it: docs/spec/observability.md.
 */
const SLOW_ACTION_MS = 200;

const LABELS = ['room', 'region'] as const;
type Labels = Readonly<Record<(typeof LABELS)[number], string>>;

const TIME = { resolution: 0.000_1, most: 10 } as const;
/** Nobody is sent more: 100 Mbit/s. */
const BYTES = { resolution: 10, most: 12_500_000 } as const;
const PIXELS = { resolution: 0.01, most: 500 } as const;

/** One room name's share. */
interface RoomLinks {
  readonly labels: Labels;
  readonly rtt: HdrSeries;
  readonly sent: HdrSeries;
  readonly inputWait: HdrSeries;
  readonly action: HdrSeries;
  readonly stall: HdrSeries;
  readonly correction: HdrSeries;
  readonly delay: HdrSeries;
}

/** Figures of the clients' links, in seconds and bytes; labels are the room's name, this node's region, and bounded words. */
export class ClientLinkMetrics {
  readonly #regionId: string;
  readonly #registry: Registry;
  readonly #rooms = new Map<string, RoomLinks>();
  readonly #rtt: HdrSummary<keyof Labels>;
  readonly #sent: HdrSummary<keyof Labels>;
  readonly #inputWait: HdrSummary<keyof Labels>;
  readonly #action: HdrSummary<keyof Labels>;
  readonly #stall: HdrSummary<keyof Labels>;
  readonly #correction: HdrSummary<keyof Labels>;
  readonly #delay: HdrSummary<keyof Labels>;
  readonly #levelSeconds: Counter;
  readonly #reports: Counter;
  readonly #dropped: Counter;
  readonly #slowActions: Counter;
  readonly #underruns: Counter;
  readonly #mispredictions: Counter;
  readonly #reconciliations: Counter;

  constructor(registry: Registry, regionId: string) {
    this.#registry = registry;
    this.#regionId = regionId;
    this.#rtt = this.#summary(
      'rtt_seconds',
      'Measured: round trips of pings to clients in rooms.',
      TIME,
    );
    this.#sent = this.#summary(
      'sent_bytes_per_second',
      'Measured: bytes handed to the socket of a client, one sample a second and client.',
      BYTES,
    );
    this.#inputWait = this.#summary(
      'input_wait_seconds',
      'Measured: from the arrival of an input to the flush that acknowledges it, one input a flush at most. With the round trip, what a player waits for.',
      TIME,
    );
    this.#action = this.#summary(
      'action_seconds',
      'Reported: from sending an input to its acknowledgement, the 95th percentile of each second.',
      TIME,
    );
    this.#stall = this.#summary(
      'stall_seconds',
      'Reported: time in which others stood still because nothing had come, of each second in sight. Sum by count is the share.',
      TIME,
    );
    this.#correction = this.#summary(
      'correction_pixels',
      'Reported: how far predictions of the own figure were off, the 95th percentile of each second.',
      PIXELS,
    );
    this.#delay = this.#summary(
      'interpolation_delay_seconds',
      'Reported: how far in the past others are drawn.',
      TIME,
    );
    this.#levelSeconds = this.#counter(
      'level_seconds_total',
      'Measured: time clients spent at each quality level; its rate is how many they are.',
      ['level'],
    );
    this.#reports = this.#counter('reports_total', 'Reports that were taken.', ['transport']);
    this.#dropped = this.#counter(
      'reports_dropped_total',
      'Reports that were not taken: malformed, or too-soon after the last.',
      ['reason'],
    );
    this.#slowActions = this.#counter(
      'slow_action_reports_total',
      `Reported: seconds in which the 95th percentile of actions took longer than ${SLOW_ACTION_MS} ms, of those that link_action_seconds counts.`,
    );
    this.#underruns = this.#counter(
      'underruns_total',
      'Reported: times there was nothing to interpolate towards.',
    );
    this.#mispredictions = this.#counter(
      'mispredictions_total',
      'Reported: predictions of the own figure that were wrong.',
    );
    this.#reconciliations = this.#counter(
      'reconciliations_total',
      'Reported: predictions of the own figure that were compared.',
    );
  }

  /** A client has answered a ping. @param room - the room's name */
  measured(room: string, { rttMs, sentBytesPerSecond, level, elapsedMs }: LinkSample): void {
    const links = this.#of(room);
    links.rtt.observe(rttMs / 1_000);
    if (sentBytesPerSecond !== null) links.sent.observe(sentBytesPerSecond);
    this.#levelSeconds.inc({ ...links.labels, level: String(level) }, elapsedMs / 1_000);
  }

  /** An input was acknowledged. @param waitMs - since it came */
  inputAcknowledged(room: string, waitMs: number): void {
    this.#of(room).inputWait.observe(waitMs / 1_000);
  }

  /** A client has told how it fares. */
  reported(room: string, report: LinkReport): void {
    const { labels, action, stall, correction, delay } = this.#of(room);
    this.#reports.inc({ ...labels, transport: report.transport });
    // A hidden page draws nothing, so it knows nothing of what a player sees.
    if (report.isHidden) return;
    stall.observe(report.stallMs / 1_000);
    if (report.actionP95Ms !== null) {
      action.observe(report.actionP95Ms / 1_000);
      this.#slowActions.inc(labels, report.actionP95Ms > SLOW_ACTION_MS ? 1 : 0);
    }
    if (report.correctionP95Px !== null) correction.observe(report.correctionP95Px);
    if (report.interpolationDelayMs !== null) delay.observe(report.interpolationDelayMs / 1_000);
    this.#underruns.inc(labels, report.underruns);
    this.#mispredictions.inc(labels, report.mispredictions);
    this.#reconciliations.inc(labels, report.reconciliations);
  }

  reportDropped(room: string, reason: ReportDrop): void {
    this.#dropped.inc({ ...this.#of(room).labels, reason });
  }

  #of(room: string): RoomLinks {
    let links = this.#rooms.get(room);
    if (links === undefined) {
      const labels = { room, region: this.#regionId };
      links = {
        labels,
        rtt: this.#rtt.series(labels),
        sent: this.#sent.series(labels),
        inputWait: this.#inputWait.series(labels),
        action: this.#action.series(labels),
        stall: this.#stall.series(labels),
        correction: this.#correction.series(labels),
        delay: this.#delay.series(labels),
      };
      this.#rooms.set(room, links);
      const counters = [
        ...[this.#slowActions, this.#underruns, this.#mispredictions, this.#reconciliations],
      ];
      for (const counter of counters) counter.inc(labels, 0);
      for (const reason of ['malformed', 'too-soon']) this.#dropped.inc({ ...labels, reason }, 0);
    }
    return links;
  }

  #summary(name: string, help: string, scale: HdrScale) {
    const options = { name: `meridian_link_${name}`, help, labelNames: LABELS, ...scale };
    return new HdrSummary<keyof Labels>(this.#registry, options);
  }

  #counter(name: string, help: string, more: readonly string[] = []): Counter {
    return new Counter({
      name: `meridian_link_${name}`,
      help,
      labelNames: [...LABELS, ...more],
      registers: [this.#registry],
    });
  }
}
