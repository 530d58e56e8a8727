import type { Client } from '@colyseus/core';
import { decodeLinkReport, type LinkReport } from '../protocol/link-report.ts';
import type { ReportDrop } from '../telemetry/client-link-metrics.ts';
import { MeridianClient } from '../transport/ws/meridian-client.ts';

/** Reports come once a second; on a link that stumbles two may come at once. */
const CLOSEST_MS = 500;

/** Where a client carries when its last report came: read for every report, and a property is cheaper than a map. */
const REPORTED_AT_MS = Symbol('meridian.link-reported-at');
type Reporting = Client & { [REPORTED_AT_MS]?: number };

export interface LinkReportListener {
  taken(report: LinkReport): void;
  dropped(why: ReportDrop): void;
}

/**
 * Takes what clients say of their links. A report is of the moment: one that is malformed, or comes too soon after the last, is
 * dropped and counted, and ends no connection; a flood of them is one of frames, and ended by the frame guard.
 */
export class LinkReports {
  readonly #listener: LinkReportListener;

  constructor(listener: LinkReportListener) {
    this.#listener = listener;
  }

  /** @param frame - `[30][…]` @param nowMs - monotonic */
  receive(client: Reporting, frame: Uint8Array, nowMs: number): void {
    const lastMs = client[REPORTED_AT_MS] ?? Number.NEGATIVE_INFINITY;
    if (nowMs - lastMs < CLOSEST_MS) {
      this.#listener.dropped('too-soon');
      return;
    }
    // A malformed one counts too: reading them costs more than counting.
    client[REPORTED_AT_MS] = nowMs;
    const report = decodeLinkReport(frame);
    if (report === null) {
      this.#listener.dropped('malformed');
      return;
    }
    if (client instanceof MeridianClient) client.linkReport = report;
    this.#listener.taken(report);
  }
}
