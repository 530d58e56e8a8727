import { PhasedTimer } from '../../../bots/phased-timer.ts';
import { summarise } from '../../../statistics/summary.ts';
import type { LoadSetup, LoadWindow } from '../wire.ts';
import { FIRST_SEQ, type Join, type Player } from './player.ts';
import { Probe } from './probe.ts';
import { SightAges } from './sight-ages.ts';

/** A player with what the window's start found. */
interface Member {
  readonly player: Player;
  seq: number;
  /** Of the input `seq`. */
  sentAtMs: number;
  bytesAtStart: number;
  patchesAtStart: number;
  blockedInputs: number;
}

/** All players of a run, sending their inputs each at a phase of its own. */
export class Swarm {
  readonly #setup: LoadSetup;
  readonly #join: Join;
  readonly #members: Member[] = [];
  readonly #bySession = new Map<string, Member>();
  readonly #ages: SightAges | null;
  readonly #timer: PhasedTimer<Member> | null;
  #isOn = false;
  #startedAtMs = 0;
  #cpuAtStart = process.cpuUsage();
  #inputs = 0;
  #sendLateMs: number[] = [];

  constructor(setup: LoadSetup, join: Join) {
    this.#setup = setup;
    this.#join = join;
    const { ages, inputRateHz } = setup;
    this.#ages =
      ages === undefined
        ? null
        : new SightAges(ages.nearM, (sessionId, seq) => {
            const member = this.#bySession.get(sessionId);
            if (member === undefined || seq > member.seq) return undefined;
            return member.sentAtMs - ((member.seq - seq) * 1_000) / inputRateHz;
          });
    this.#timer =
      setup.inputRateHz === 0
        ? null
        : new PhasedTimer(setup.inputRateHz, (member, lateMs) => this.#send(member, lateMs));
    this.#timer?.start();
  }

  get size(): number {
    return this.#members.length;
  }

  /** Joins every player, at most `joinConcurrency` at once, in order, so that rooms fill one after the other. */
  async fill(): Promise<void> {
    let next = 0;
    const joinNext = async (): Promise<void> => {
      while (next < this.#setup.players) await this.#add(next++);
    };
    const lanes = Math.min(this.#setup.joinConcurrency, this.#setup.players);
    await Promise.all(Array.from({ length: lanes }, joinNext));
  }

  start(): void {
    this.#inputs = 0;
    this.#sendLateMs = [];
    this.#ages?.start();
    for (const member of this.#members) {
      member.bytesAtStart = member.player.socket.receivedBytes;
      member.patchesAtStart = member.player.patches();
      member.blockedInputs = 0;
      member.player.probe?.start();
    }
    this.#cpuAtStart = process.cpuUsage();
    this.#startedAtMs = performance.now();
    this.#isOn = true;
  }

  stop(): LoadWindow {
    this.#isOn = false;
    const wallMs = performance.now() - this.#startedAtMs;
    const cpu = process.cpuUsage(this.#cpuAtStart);
    const seconds = wallMs / 1_000;
    const probes = this.#members.flatMap(({ player }) => player.probe ?? []);
    for (const probe of probes) probe.stop();
    const patches = this.#members.map((each) => each.player.patches() - each.patchesAtStart);
    const ageMs = this.#ages?.stop() ?? { near: summarise([]), far: summarise([]) };
    const perPlayer = (total: number) => total / this.size / seconds;
    return {
      wallMs: Math.round(wallMs),
      players: this.size,
      actionMs: summarise(probes.flatMap(({ latenciesMs }) => latenciesMs)),
      bytesPerPlayerPerSecond: Math.round(
        perPlayer(sumOf(this.#members, (m) => m.player.socket.receivedBytes - m.bytesAtStart)),
      ),
      patchesPerPlayerPerSecond: round(perPlayer(patches.reduce((a, b) => a + b, 0))),
      minPatchesPerSecond: round(Math.min(...patches) / seconds),
      inputsPerSecond: Math.round(this.#inputs / seconds),
      blockedInputs: sumOf(this.#members, (member) => member.blockedInputs),
      dropped: this.#members.filter((member) => member.player.socket.isClosed).length,
      faults: sumOf(probes, (probe) => probe.faults),
      entitiesSeen: round(
        sumOf(probes, (probe) => probe.entitiesSeen) / sumOf(probes, (probe) => probe.statesSeen),
      ),
      ageMs,
      sendLateMs: summarise(this.#sendLateMs),
      cpuPercent: round((cpu.user + cpu.system) / 10 / wallMs),
    };
  }

  async #add(index: number): Promise<void> {
    const probe = isProbe(index, this.#setup) ? new Probe(this.#ages) : null;
    const player = await this.#join(index, this.#setup, probe);
    const member: Member = {
      player,
      seq: FIRST_SEQ - 1,
      sentAtMs: 0,
      bytesAtStart: 0,
      patchesAtStart: 0,
      blockedInputs: 0,
    };
    this.#members.push(member);
    if (player.sessionId !== undefined) this.#bySession.set(player.sessionId, member);
    // 7 and 50 share no factor, so the 20 players of a room get 20 different milliseconds of the 50.
    this.#timer?.add(member, index * 7);
  }

  #send(member: Member, lateMs: number): void {
    if (this.#isOn) this.#sendLateMs.push(lateMs);
    const { player } = member;
    if (!player.socket.isWritable) {
      member.blockedInputs++;
      return;
    }
    member.seq++;
    player.setSeq(member.seq);
    player.socket.sendFrame(player.input);
    player.probe?.sent(member.seq);
    member.sentAtMs = performance.now();
    this.#inputs++;
  }
}

/** Spreads the probes over the rooms and over the places inside a room. */
function isProbe(index: number, setup: LoadSetup): boolean {
  if (setup.probes === 0) return false;
  const every = Math.max(1, Math.floor(setup.players / setup.probes));
  return index % every === (Math.floor(index / every) * 7) % every;
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
