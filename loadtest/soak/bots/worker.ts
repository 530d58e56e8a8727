// The process of the soak's players; see wire.ts.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { PhasedTimer } from '../../bots/phased-timer.ts';
import { LatencyHistogram } from '../../load/latency-histogram.ts';
import { machineNowMs } from '../../machine/machine-clock.ts';
import { mulberry32 } from '../../scenarios/random.ts';
import type { PlayerSecond } from '../accounting/player-account.ts';
import type { RoomEnding } from '../accounting/room-fates.ts';
import { MatchedPlayer } from './matched-player.ts';
import type { PlayerEvents, SoakPlayer } from './player.ts';
import { RoamingPlayer } from './roaming-player.ts';
import type { FailedJoin, PlayerOrder, PlayerReport, SettledSeconds } from './wire.ts';

const ACTIONS_HZ = 4;
const LOOKS_HZ = 4;
const REPORT_EVERY_MS = 1_000;
/** A player who has seen nothing of his room for so long at the end is stranded. */
const STRANDED_AFTER_MS = 5_000;
const GOODBYE_MS = 500;

class PlayersWorker implements PlayerEvents {
  readonly #players = new Map<number, SoakPlayer>();
  readonly #actions = new PhasedTimer<SoakPlayer>(ACTIONS_HZ, (player) => player.act());
  readonly #looks = new PhasedTimer<SoakPlayer>(LOOKS_HZ, (player) => player.lookAround());
  readonly #actionsMs = new LatencyHistogram();
  readonly #waitsMs = new LatencyHistogram();
  readonly #delay = monitorEventLoopDelay();
  #settled: SettledSeconds[] = [];
  #endings: RoomEnding[] = [];
  #failedJoins: FailedJoin[] = [];
  #joined = { door: 0, queue: 0 };
  #reportedAtMs = 0;

  async obey(order: PlayerOrder): Promise<void> {
    switch (order.kind) {
      case 'begin':
        this.#begin(order);
        return;
      case 'stall':
        this.#stall(order.player, order.forMs);
        return;
      case 'stop':
        await this.#stop();
    }
  }

  joined(via: 'door' | 'queue'): void {
    this.#joined[via]++;
  }

  waited(durationMs: number): void {
    this.#waitsMs.record(durationMs);
  }

  acted(durationMs: number): void {
    this.#actionsMs.record(durationMs);
  }

  failed(join: FailedJoin): void {
    this.#failedJoins.push(join);
  }

  ended(player: number, roomId: string, reason: string): void {
    this.#endings.push({ player, roomId, reason, atMs: machineNowMs() });
  }

  left(player: SoakPlayer, seconds: readonly PlayerSecond[]): void {
    this.#book(player, seconds);
  }

  #begin({ players, doors, seed, comePerSecond }: Extract<PlayerOrder, { kind: 'begin' }>): void {
    const dice = mulberry32(seed);
    const coming = [...players];
    const timer = setInterval(() => {
      const planned = coming.shift();
      if (planned === undefined) {
        clearInterval(timer);
        return;
      }
      const door = doors[planned.home] ?? '';
      const Kind = planned.kind === 'matched' ? MatchedPlayer : RoamingPlayer;
      const player = new Kind(planned, door, dice, this);
      this.#players.set(planned.index, player);
      this.#actions.add(player, dice() * 1_000);
      this.#looks.add(player, dice() * 1_000);
    }, 1_000 / comePerSecond);
    this.#actions.start();
    this.#looks.start();
    this.#delay.enable();
    setInterval(() => this.#report(), REPORT_EVERY_MS);
  }

  #stall(index: number, forMs: number): void {
    const player = this.#players.get(index);
    player?.stall(true);
    setTimeout(() => player?.stall(false), forMs);
  }

  #report(): void {
    const nowMs = machineNowMs();
    const players = [...this.#players.values()];
    for (const player of players) this.#book(player, player.account.settle(nowMs));
    const inRooms = players.filter(({ roomId }) => roomId !== null);
    say({
      kind: 'players',
      settled: this.#settled,
      endings: this.#endings,
      failedJoins: this.#failedJoins,
      joined: this.#joined,
      seenMs: Object.fromEntries(
        inRooms
          .filter(({ seenAtMs }) => seenAtMs > this.#reportedAtMs)
          .map(({ roomId, seenAtMs }) => [roomId, seenAtMs]),
      ),
      actionsMs: this.#actionsMs.encode(),
      waitsMs: this.#waitsMs.encode(),
      playing: inRooms.filter(({ isConnected }) => isConnected).length,
      roomless: players.length - inRooms.length,
      pausedMs: this.#delay.max / 1_000_000,
    });
    this.#reportedAtMs = nowMs;
    this.#settled = [];
    this.#endings = [];
    this.#failedJoins = [];
    this.#joined = { door: 0, queue: 0 };
    this.#actionsMs.reset();
    this.#waitsMs.reset();
    this.#delay.reset();
  }

  #book(player: SoakPlayer, seconds: readonly PlayerSecond[]): void {
    if (seconds.length === 0) return;
    const { index, home, regionId } = player;
    this.#settled.push({ player: index, home, regionId, seconds });
  }

  async #stop(): Promise<void> {
    this.#report();
    const nowMs = machineNowMs();
    const stranded = [...this.#players.values()].flatMap(({ index, roomId, seenAtMs }) =>
      roomId !== null && nowMs - seenAtMs > STRANDED_AFTER_MS ? [{ player: index, roomId }] : [],
    );
    this.#actions.stop();
    this.#looks.stop();
    for (const player of this.#players.values()) player.stop();
    this.#players.clear();
    await new Promise((resolve) => setTimeout(resolve, GOODBYE_MS));
    say({ kind: 'stopped', stranded });
  }
}

function say(report: PlayerReport): void {
  process.stdout.write(`@${JSON.stringify(report)}\n`);
}

const worker = new PlayersWorker();
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'quit') process.exit(0);
  void worker.obey(JSON.parse(line) as PlayerOrder);
});
lines.on('close', () => process.exit(0));
