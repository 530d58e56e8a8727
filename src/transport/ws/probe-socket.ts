// A socket that measures the way between a client and this region, and nothing else (the talk is drawn in protocol/regions.ts).
//
//   open ──▶ nonce 0 ──echo──▶ nonce 1 ──echo──▶ … ──echo n──▶ certifying ──▶ certificate or error, close
//     └──────────── a frame that is no echo: close 4400 · five seconds: close 1000 ────────────┘
//
// A nonce is random, so its echo proves that it arrived: a client can seem farther away than it is, not nearer. One is out at a
// time, so a probe is at most 16 frames each way.

import { randomBytes } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { GameError } from '../../errors/game-error.ts';
import { CloseCode } from '../../protocol/close-codes.ts';
import {
  MOST_PROBE_PINGS,
  PROBE_PINGS,
  type ProbeCertificate,
  type ProbeEcho,
  type ProbeReply,
} from '../../protocol/regions.ts';
import type { Clock } from '../../shared/clock.ts';
import { parseJson } from '../../shared/parse-json.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { closeSocket } from './close-socket.ts';

export interface ProbeMeasurement {
  /** Round trips in the order they were made, ms. */
  readonly rttsMs: readonly number[];
  /** As the client sent it, not yet checked. */
  readonly accessToken: string | undefined;
}

/** Signs a measurement; throws a `GameError` for the client. */
export type CertifyProbe = (measurement: ProbeMeasurement) => Promise<ProbeCertificate>;

export interface ProbeSocketDeps {
  readonly certify: CertifyProbe;
  readonly clock: Clock;
  readonly log: Logger;
}

const NONCE_BYTES = 12;
/** Life of a probe: sixteen round trips over the longest way there is. */
const LIFE_MS = 5_000;
/** For the closing handshake; a client that does not answer must not keep its place. */
const CLOSE_GRACE_MS = 1_000;
/** The first echo may bring an access token; the others are a nonce. */
const FIRST_ECHO_BYTES = 2_560;
const ECHO_BYTES = 64;

const Echo = z.strictObject({
  nonce: z.string(),
  accessToken: z.string().max(2_048).exactOptional(),
  pings: z.number().int().min(PROBE_PINGS).max(MOST_PROBE_PINGS).exactOptional(),
}) satisfies z.ZodType<ProbeEcho>;

/** Probes over `ws` until it is closed, which takes six seconds at most. */
export function serveProbe(ws: WebSocket, deps: ProbeSocketDeps): void {
  new ProbeSocket(ws, deps).start();
}

class ProbeSocket {
  readonly #ws: WebSocket;
  readonly #deps: ProbeSocketDeps;
  readonly #rttsMs: number[] = [];
  readonly #life: NodeJS.Timeout;
  #nonce = '';
  #sentAtMs = 0;
  #pings = PROBE_PINGS;
  #accessToken: string | undefined;

  constructor(ws: WebSocket, deps: ProbeSocketDeps) {
    this.#ws = ws;
    this.#deps = deps;
    this.#life = setTimeout(() => this.#close(1000, 'The probe took too long.'), LIFE_MS);
  }

  start(): void {
    this.#ws.on('message', (data, isBinary) => {
      // Before anything else: what we do with the frame is not the client's way.
      this.#hear(data, isBinary, this.#deps.clock.monotonicMs());
    });
    this.#ws.once('close', () => clearTimeout(this.#life));
    this.#ping();
  }

  #ping(): void {
    this.#nonce = randomBytes(NONCE_BYTES).toString('base64url');
    this.#sentAtMs = this.#deps.clock.monotonicMs();
    this.#send({ nonce: this.#nonce });
  }

  #hear(data: RawData, isBinary: boolean, atMs: number): void {
    if (this.#ws.readyState !== this.#ws.OPEN || this.#rttsMs.length >= this.#pings) return;
    const isFirst = this.#rttsMs.length === 0;
    const echo = isBinary ? null : readEcho(data, isFirst ? FIRST_ECHO_BYTES : ECHO_BYTES);
    if (echo === null || echo.nonce !== this.#nonce) {
      this.#close(CloseCode.BAD_FRAME, 'A probe repeats the nonce it was sent.');
      return;
    }
    if (isFirst) {
      this.#pings = echo.pings ?? PROBE_PINGS;
      this.#accessToken = echo.accessToken;
    }
    this.#rttsMs.push(atMs - this.#sentAtMs);
    // After the last echo as well: it is the answer that the client measures.
    this.#ping();
    if (this.#rttsMs.length >= this.#pings) void this.#certify();
  }

  async #certify(): Promise<void> {
    const { certify, log } = this.#deps;
    try {
      const certificate = await certify({ rttsMs: this.#rttsMs, accessToken: this.#accessToken });
      this.#send({ certificate });
      this.#close(1000, '');
    } catch (cause) {
      const error = cause instanceof GameError ? cause : new GameError('INTERNAL', {}, { cause });
      if (error !== cause) log.error({ err: cause }, 'a probe could not be certified');
      this.#send(error.toBody());
      this.#close(CloseCode.NOT_ADMITTED, error.message);
    }
  }

  #send(reply: ProbeReply): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.send(JSON.stringify(reply));
  }

  #close(code: number, reason: string): void {
    if (this.#ws.readyState === this.#ws.OPEN) closeSocket(this.#ws, code, reason, CLOSE_GRACE_MS);
  }
}

/** @returns null for what is no echo */
function readEcho(data: RawData, maxBytes: number): ProbeEcho | null {
  // Text arrives as one Buffer: ws makes others for binary frames only.
  if (!Buffer.isBuffer(data) || data.byteLength > maxBytes) return null;
  return parseJson(Echo, data.toString());
}
