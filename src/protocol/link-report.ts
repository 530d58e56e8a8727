// How a client fares, told to its room once a second. A frame of its own code and no message: it costs 29 bytes with its WebSocket
// header, it is not counted among the messages that a client repeats after an outage (resume.ts), and a server that does not know
// the code ignores the frame.
//
//   [code u8 = 30][version u8 = 1][flags u8: bits 0-1 transport, bit 2 hidden]
//   [rtt p50 u16][rtt p95 u16][transit q95 u16][interpolation delay u16]            ms
//   [underruns u8][stall u16 ms][corrections p95 u16 1/100 px][mispredictions u8][reconciliations u8]
//   [frames per second u8][received u16 100 B][action p95 u16 ms]                   all LE; 0xffff: not measured
//
// A report is a claim: figures and pictures are made of it, decisions of the game never (docs/spec/telemetry.md, TM-6).

/** First byte of the frame. Colyseus uses 10 to 22; the upper three bits are its modifiers. */
export const LINK_REPORT_CODE = 30;
/** Length of the frame, its code included. */
export const LINK_REPORT_BYTES = 23;

const VERSION = 1;
const TRANSPORTS = ['websocket', 'webtransport'] as const;
const TRANSPORT_BITS = 0b0011;
const HIDDEN_BIT = 0b0100;
const NOT_MEASURED = 0xffff;
/** Nobody plays beyond: larger figures are counted as this. */
const LONGEST_MS = 10_000;
const RECEIVED_UNIT_BYTES = 100;
const MOST_CORRECTION_PX = 500;

/** What the frames of a room travel over. */
export type LinkTransport = (typeof TRANSPORTS)[number];

/** One second of a client's link, as the client sees it; null: not measured. Larger figures than fit are sent as the largest. */
export interface LinkReport {
  readonly transport: LinkTransport;
  /** Whether the page is hidden, and so neither draws nor measures what it draws. */
  readonly isHidden: boolean;
  /** Median round trip of pings through the room, ms, at most 10 000 as all times here. */
  readonly rttP50Ms: number | null;
  readonly rttP95Ms: number | null;
  /** By how much the slowest patch of twenty is later than the fastest, ms. */
  readonly transitQ95Ms: number | null;
  /** How far in the past others are drawn, ms. */
  readonly interpolationDelayMs: number | null;
  /** Times there was nothing to interpolate towards, 0–255. */
  readonly underruns: number;
  /** Time in which others stood still because nothing had come, ms. */
  readonly stallMs: number;
  /** 95th percentile of how far predictions of the own figure were off, px or units of the world, at most 500. */
  readonly correctionP95Px: number | null;
  /** Predictions that were wrong, 0–255; never more than `reconciliations`. */
  readonly mispredictions: number;
  /** Predictions that were compared, 0–255. */
  readonly reconciliations: number;
  /** Frames drawn, 0–255. */
  readonly framesPerSecond: number;
  /** WebSocket payload received, in steps of 100 bytes, at most 6 553 400. */
  readonly receivedBytes: number;
  /** 95th percentile of the time from an input's leave to the arrival of the patch that acknowledges it, ms. */
  readonly actionP95Ms: number | null;
}

/** The whole frame, as it goes over the socket. Figures that are no numbers are sent as not measured, or as 0. */
export function encodeLinkReport(report: LinkReport): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(LINK_REPORT_BYTES);
  const view = new DataView(frame.buffer);
  frame[0] = LINK_REPORT_CODE;
  frame[1] = VERSION;
  frame[2] = TRANSPORTS.indexOf(report.transport) | (report.isHidden ? HIDDEN_BIT : 0);
  view.setUint16(3, measured(report.rttP50Ms, LONGEST_MS), true);
  view.setUint16(5, measured(report.rttP95Ms, LONGEST_MS), true);
  view.setUint16(7, measured(report.transitQ95Ms, LONGEST_MS), true);
  view.setUint16(9, measured(report.interpolationDelayMs, LONGEST_MS), true);
  frame[11] = within(report.underruns, 0xff);
  view.setUint16(12, within(report.stallMs, LONGEST_MS), true);
  const { correctionP95Px } = report;
  const hundredths = correctionP95Px === null ? null : correctionP95Px * 100;
  view.setUint16(14, measured(hundredths, MOST_CORRECTION_PX * 100), true);
  frame[16] = within(report.mispredictions, 0xff);
  frame[17] = within(report.reconciliations, 0xff);
  frame[18] = within(report.framesPerSecond, 0xff);
  view.setUint16(19, within(report.receivedBytes / RECEIVED_UNIT_BYTES, NOT_MEASURED - 1), true);
  view.setUint16(21, measured(report.actionP95Ms, LONGEST_MS), true);
  return frame;
}

/**
 * Reads a frame that claims to be a report. Whatever it says, the figures that come out lie within the bounds above: too large
 * ones are cut, a p95 is no less than its p50, and no more was predicted wrongly than was predicted.
 *
 * @param frame - `[30][…]`; nothing of it is kept
 * @returns null when it is none of this version: another length, version or transport
 */
export function decodeLinkReport(frame: Uint8Array): LinkReport | null {
  if (frame.byteLength !== LINK_REPORT_BYTES || frame[1] !== VERSION) return null;
  const flags = byteAt(frame, 2);
  const transport = TRANSPORTS[flags & TRANSPORT_BITS];
  if (transport === undefined) return null;
  const view = new DataView(frame.buffer, frame.byteOffset, LINK_REPORT_BYTES);
  const rttP50Ms = figureAt(view, 3, LONGEST_MS);
  const rttP95Ms = figureAt(view, 5, LONGEST_MS);
  const hundredths = figureAt(view, 14, MOST_CORRECTION_PX * 100);
  const reconciliations = byteAt(frame, 17);
  return {
    transport,
    isHidden: (flags & HIDDEN_BIT) !== 0,
    rttP50Ms,
    rttP95Ms: rttP95Ms === null ? null : Math.max(rttP95Ms, rttP50Ms ?? 0),
    transitQ95Ms: figureAt(view, 7, LONGEST_MS),
    interpolationDelayMs: figureAt(view, 9, LONGEST_MS),
    underruns: byteAt(frame, 11),
    stallMs: Math.min(view.getUint16(12, true), LONGEST_MS),
    correctionP95Px: hundredths === null ? null : hundredths / 100,
    mispredictions: Math.min(byteAt(frame, 16), reconciliations),
    reconciliations,
    framesPerSecond: byteAt(frame, 18),
    receivedBytes: Math.min(view.getUint16(19, true), NOT_MEASURED - 1) * RECEIVED_UNIT_BYTES,
    actionP95Ms: figureAt(view, 21, LONGEST_MS),
  };
}

function byteAt(frame: Uint8Array, offset: number): number {
  return frame[offset] as number;
}

function figureAt(view: DataView, offset: number, most: number): number | null {
  const figure = view.getUint16(offset, true);
  return figure === NOT_MEASURED ? null : Math.min(figure, most);
}

function measured(figure: number | null, most: number): number {
  return figure === null || Number.isNaN(figure) ? NOT_MEASURED : within(figure, most);
}

/** A whole number from 0 to `most`; 0 for what is no number. */
function within(figure: number, most: number): number {
  return Math.round(Math.min(Math.max(figure, 0), most)) || 0;
}
