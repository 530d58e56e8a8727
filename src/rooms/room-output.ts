import type { Client, Room as ColyseusRoom } from '@colyseus/core';
import { type LinkQuality, QUALITY_MESSAGE } from '../protocol/link-quality.ts';
import type { Logger } from '../telemetry/logger.ts';
import { MeridianClient } from '../transport/ws/meridian-client.ts';
import type { RoomEviction } from './eviction.ts';
import { type FlushListener, PatchSerializer } from './flow/patch-serializer.ts';
import { patchIntervalsOf } from './flow/quality-levels.ts';
import { RoomFlow } from './flow/room-flow.ts';
import type { Interest } from './interest/interest.ts';
import { SegmentSerializer } from './interest/segment-serializer.ts';
import type { RoomServices } from './room-services.ts';
import type { RoomLoop } from './stepping/room-loop.ts';

/** The room's side. */
export interface RoomOutputHost {
  readonly room: ColyseusRoom & { readonly interest: Interest | null };
  readonly services: RoomServices;
  readonly loop: RoomLoop;
  readonly log: () => Logger;
  evict(client: Client, reason: RoomEviction, message: string): void;
  contain(error: unknown, where: string): void;
}

/** What the room sends: who encodes its patches, and how much of them each client's link carries. */
export class RoomOutput {
  readonly #host: RoomOutputHost;
  readonly #flow: RoomFlow;
  /** Null without interest. */
  #segments: SegmentSerializer<never> | null = null;

  constructor(host: RoomOutputHost) {
    this.#host = host;
    this.#flow = this.#makeFlow();
  }

  makeSerializer(): PatchSerializer<never> {
    const { room, services, loop, contain } = this.#host;
    const { scratch, segments } = services;
    const deps = { scratch, listener: this.#flushListener(), flow: this.#flow };
    const { interest } = room;
    if (interest === null) return new PatchSerializer(deps);
    const fault = (error: unknown) => contain(error, 'interest');
    this.#segments = new SegmentSerializer({
      ...{ ...deps, interest, fault },
      usesSegments: segments.works,
      patchIntervalMs: () => loop.effectivePatchRateMs,
    });
    return this.#segments;
  }

  /** The next patch leaves in any case: something leaves right after it that must not come before it. */
  pull(): void {
    this.#flow.pull();
  }

  /** One turn of the room's loop. */
  turned(tookMs: number): void {
    this.#flow.turned(tookMs, this.#host.loop.intervalMs);
  }

  /** A seat is given up. */
  left(client: Client): void {
    this.#segments?.left(client);
    if (client instanceof MeridianClient) this.#flow.left(client);
  }

  /** The room ends, or goes elsewhere. */
  ended(): void {
    const { room, services } = this.#host;
    if (this.#flow.overload > 0) services.metrics.flow.overloaded(room.roomName, -1);
  }

  #makeFlow(): RoomFlow {
    const { room, services, loop, log } = this.#host;
    const { metrics, config } = services;
    return new RoomFlow(config, {
      flushEveryMs: () => loop.effectivePatchRateMs ?? 0,
      held: (count) => metrics.flow.held(room.roomName, count),
      overloadChanged: (from, to, tookMs) => {
        if (from === 0) metrics.flow.overloaded(room.roomName, 1);
        if (to === 0) metrics.flow.overloaded(room.roomName, -1);
        const figures = { step: to, tookMs: Math.round(tookMs) };
        if (to > from) log().warn(figures, 'room degraded: its turns take too long');
        else log().info(figures, 'room shows more again');
      },
      levelChanged: (client, { level, budgetBytesPerS }) => {
        metrics.flow.levelChanged(room.roomName, level, budgetBytesPerS);
        const { sessionId } = client;
        log().debug({ sessionId, level, budgetBytesPerS, rtt: client.rtt }, 'quality changed');
      },
      tell: (client, level) => {
        const everyMs = loop.effectivePatchRateMs ?? 0;
        const cadences = this.#segments?.cadencesOf(client) ?? null;
        const patchIntervalMs = patchIntervalsOf(level, everyMs, cadences);
        client.send(QUALITY_MESSAGE, { level, patchIntervalMs } satisfies LinkQuality);
      },
    });
  }

  #flushListener(): FlushListener {
    const { room, services, evict } = this.#host;
    const { metrics } = services;
    return {
      patchSent: (bytes) => metrics.patchSent(room.roomName, bytes),
      sendGateSkipped: (count) => metrics.sendGateSkipped(room.roomName, count),
      resynced: () => metrics.resynced(room.roomName),
      tooSlow: (client, backlogBytes) =>
        evict(client, 'too-slow', `${backlogBytes} bytes sent and not read.`),
    };
  }
}
