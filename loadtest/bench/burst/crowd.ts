import { AccessTokens } from '../../../src/auth/access-tokens.ts';
import { LatencyTokens, latencyKey } from '../../../src/regions/latency-tokens.ts';
import { systemClock } from '../../../src/shared/clock.ts';

/** As game.ts names it. */
export const QUEUE = 'burst';
const REGION_ID = 'local';
/** Long enough for a whole run. */
const TOKEN_TTL_MS = 60 * 60_000;
const RTT_MS = 20;

/** A player who is about to ask for a ticket. */
export interface CrowdPlayer {
  readonly playerId: string;
  readonly accessToken: string;
  /** His whole request, ready to be sent. */
  readonly request: Buffer;
}

/**
 * Players with tokens, made before they are needed. They are signed here with the region's secret, as its nodes would: to sign in and to
 * probe is not what is measured, and forty thousand guests would take longer than the bench.
 */
export class Crowd {
  readonly #free: CrowdPlayer[];
  readonly #size: number;

  static async gather(size: number, secret: string, address: string): Promise<Crowd> {
    const clock = systemClock;
    const access = new AccessTokens({ clock }, { secret, ttlMs: TOKEN_TTL_MS });
    const key = latencyKey({ secret: '' }, { jwtSecret: secret });
    const latencies = new LatencyTokens(
      { clock },
      { key, ownRegionId: REGION_ID, regionIds: [REGION_ID] },
    );
    const players: CrowdPlayer[] = [];
    for (let number = 0; number < size; number += 1) {
      const playerId = `p_burst${number}`;
      const { token } = await access.issue({
        playerId,
        displayName: `Burst ${number}`,
        signInId: `s_burst${number}`,
      });
      const measured = { playerId, rttMs: RTT_MS, jitterMs: 1, samples: 5 };
      const latency = await latencies.issue(measured);
      const request = requestOf({ address, token, latency: latency.token });
      players.push({ playerId, accessToken: token, request });
    }
    return new Crowd(players);
  }

  private constructor(players: CrowdPlayer[]) {
    this.#free = players;
    this.#size = players.length;
  }

  get size(): number {
    return this.#size;
  }

  /** One who has no ticket. @returns null when all have one */
  take(): CrowdPlayer | null {
    return this.#free.pop() ?? null;
  }

  giveBack(player: CrowdPlayer): void {
    this.#free.push(player);
  }
}

function requestOf({
  address,
  token,
  latency,
}: {
  readonly address: string;
  readonly token: string;
  readonly latency: string;
}): Buffer {
  const body = JSON.stringify({ latencyTokens: [latency] });
  const lines = [
    `POST /v1/queues/${QUEUE}/tickets HTTP/1.1`,
    `Host: ${address}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}
