import assert from 'node:assert/strict';
import { followMoves } from '../../src/profiles/act-on-player.ts';
import type { OperationOutcome, PlayerOperation } from '../../src/profiles/contract.ts';
import { wholeLedger } from '../../src/profiles/player-erasure.ts';
import type { ProfileRecord } from '../../src/profiles/profile-record.ts';
import type { ProfileStorage } from '../../src/profiles/profile-store.ts';
import { faultyStorage } from '../support/faulty-storage.ts';
import { openProfiles, SetClock } from '../support/open-profiles.ts';
import {
  type ProfileMemory,
  profileMemory,
  rememberingStorage,
} from '../support/remembering-storage.ts';

// Players, names and two regions; processes that act on them at the same time, die at any call and are replaced; a clock that
// jumps; sweepers that come by. What the processes were told is written down, and must be true in the end.

const REGIONS = ['eu', 'us'];
const NAMES = ['otter', 'badger', 'weasel', 'marten'];
const PLAYERS = 6;
const PROCESSES = 3;
const START_GOLD = 100;

export interface ProfileWorldOptions {
  readonly seed: number;
  /** Things that are done, several at a time. */
  readonly steps: number;
  readonly atATime: number;
  /** Share of calls to the storage that fail, half of them after they have happened. */
  readonly faultShare: number;
}

/** What was seen, so that a test can tell that it looked. */
export interface ProfileWorldReport {
  readonly done: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  readonly faults: number;
  readonly moves: number;
}

/** A transfer: taken from one player, then given to another, both under one id. */
interface Transfer {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly gold: number;
}

class ProfileWorld {
  readonly #storage: ProfileStorage;
  readonly #options: ProfileWorldOptions;
  readonly #clock = new SetClock();
  readonly #random: () => number;
  readonly #transfers: Transfer[] = [];
  /** Operations that were acknowledged as applied, by player. */
  readonly #applied = new Map<string, Set<string>>();
  /** Revisions that were acknowledged for a change, by player. */
  readonly #revisions = new Map<string, number[]>();
  readonly #wins = new Map<string, { acknowledged: number; asked: number }>();
  readonly #done: Record<string, number> = {};
  readonly #failed: Record<string, number> = {};
  /** What each process remembers of its writes. None is told of the others': it learns by failing. */
  readonly #memories: readonly ProfileMemory[];
  #isFaulty = true;
  #faults = 0;

  constructor(storage: ProfileStorage, options: ProfileWorldOptions) {
    this.#storage = storage;
    this.#options = options;
    this.#random = randomOf(options.seed);
    this.#memories = Array.from({ length: PROCESSES }, () =>
      profileMemory(storage.profiles, this.#clock),
    );
  }

  async run(): Promise<ProfileWorldReport> {
    const { steps, atATime } = this.#options;
    const whole = openProfiles(this.#storage, this.#clock);
    for (let i = 0; i < PLAYERS; i += 1) {
      const ref = { playerId: playerAt(i), homeRegion: this.#pick(REGIONS) };
      await whole.repository.create({ ...ref, displayName: 'Ann' });
      const gift = { operationId: 'start', reason: 'gift', currencies: { gold: START_GOLD } };
      await whole.repository.operate(ref, gift);
    }
    for (let step = 0; step < steps; step += atATime) {
      const processes = this.#memories.map((memory) => this.#process(memory));
      await Promise.all(Array.from({ length: atATime }, () => this.#act(this.#pick(processes))));
      if (this.#random() < 0.2) this.#clock.advance(Math.floor(this.#random() * 60_000));
    }
    await this.#comeToRest(whole);
    await this.#check(whole);
    const { epochs } = await this.#epochs();
    return { done: this.#done, failed: this.#failed, faults: this.#faults, moves: epochs };
  }

  /** A process that may die at any of its calls. */
  #process(memory: ProfileMemory) {
    const storage = faultyStorage(this.#storage, () => {
      if (!this.#isFaulty || this.#random() >= this.#options.faultShare) return undefined;
      this.#faults += 1;
      return this.#random() < 0.5 ? 'before' : 'after';
    });
    return openProfiles(rememberingStorage(storage, memory), this.#clock);
  }

  async #act(process: ReturnType<typeof openProfiles>): Promise<void> {
    const playerId = playerAt(Math.floor(this.#random() * PLAYERS));
    // Half of the time it is thought to be where it was long ago.
    const ref = { playerId, homeRegion: this.#pick(REGIONS) };
    const deeds: Readonly<Record<string, () => Promise<unknown>>> = {
      transfer: () => this.#transfer(process, playerId),
      'transfer again': () => this.#transferAgain(process),
      statistics: () => this.#addWin(process, playerId),
      update: () =>
        followMoves(ref, async (at) => {
          const current = await process.repository.read(at);
          if (current === null) return;
          const data = { n: current.revision };
          const { revision } = current;
          this.#note(await process.repository.update(at, { data }, { ifRevision: revision }));
        }),
      name: () => followMoves(ref, (at) => process.usernames.claim(at, this.#pick(NAMES))),
      move: () => followMoves(ref, (at) => process.moves.move(at, this.#pick(REGIONS))),
      lease: () =>
        followMoves(ref, async (at) => {
          const holder = { holder: 'room', ttlMs: 5_000 };
          const { record, token } = await process.repository.takeLease(at, holder);
          if (this.#random() < 0.8) await process.repository.releaseLease(record, token);
        }),
      sweep: () => process.sweep(this.#pick(REGIONS)),
    };
    const name = this.#pick(Object.keys(deeds));
    try {
      await deeds[name]?.();
      this.#done[name] = (this.#done[name] ?? 0) + 1;
    } catch (error) {
      // Anything but an answer is a bug, and ends the run.
      const code = (error as { code?: unknown }).code;
      if (typeof code !== 'string') throw error;
      this.#failed[code] = (this.#failed[code] ?? 0) + 1;
    }
  }

  async #transfer(process: ReturnType<typeof openProfiles>, from: string): Promise<void> {
    const to = playerAt(Math.floor(this.#random() * PLAYERS));
    if (to === from) return;
    const gold = 1 + Math.floor(this.#random() * 40);
    const transfer = { id: `t${this.#transfers.length}`, from, to, gold };
    this.#transfers.push(transfer);
    await this.#carryOut(process, transfer);
  }

  async #transferAgain(process: ReturnType<typeof openProfiles>): Promise<void> {
    if (this.#transfers.length > 0) await this.#carryOut(process, this.#pick(this.#transfers));
  }

  /** Both halves under one id: however often it is begun, each happens once. */
  async #carryOut(
    process: ReturnType<typeof openProfiles>,
    { id, from, to, gold }: Transfer,
  ): Promise<void> {
    const taken = await this.#operate(process, from, {
      ...{ operationId: id, reason: 'gives', currencies: { gold: -gold } },
    });
    if (taken.kind === 'refused') return;
    await this.#operate(process, to, { operationId: id, reason: 'gets', currencies: { gold } });
  }

  async #operate(
    process: ReturnType<typeof openProfiles>,
    playerId: string,
    operation: PlayerOperation,
  ): Promise<OperationOutcome> {
    const from = { playerId, homeRegion: this.#pick(REGIONS) };
    const { record, outcome } = await followMoves(from, (at) =>
      process.repository.operate(at, operation),
    );
    if (outcome.kind === 'refused') return outcome;
    const applied = this.#applied.get(playerId) ?? new Set();
    this.#applied.set(playerId, applied.add(operation.operationId));
    if (outcome.kind === 'applied') this.#note(record);
    return outcome;
  }

  async #addWin(process: ReturnType<typeof openProfiles>, playerId: string): Promise<void> {
    const wins = this.#wins.get(playerId) ?? { acknowledged: 0, asked: 0 };
    this.#wins.set(playerId, wins);
    wins.asked += 1;
    const from = { playerId, homeRegion: this.#pick(REGIONS) };
    this.#note(await followMoves(from, (at) => process.repository.addStatistics(at, { wins: 1 })));
    wins.acknowledged += 1;
  }

  #note({ playerId, revision }: ProfileRecord): void {
    const revisions = this.#revisions.get(playerId) ?? [];
    this.#revisions.set(playerId, revisions);
    revisions.push(revision);
  }

  /** Nothing fails any more: sweepers finish what was left, transfers that were begun are carried out. */
  async #comeToRest(whole: ReturnType<typeof openProfiles>): Promise<void> {
    this.#isFaulty = false;
    for (let round = 0; round < 3; round += 1) {
      this.#clock.advance(3_600_000);
      for (const region of REGIONS) {
        let finished = 100;
        while (finished === 100) ({ finished } = await whole.sweep(region));
      }
    }
    for (const region of REGIONS) {
      assert.deepEqual(await this.#storage.intents.due(region, this.#clock.wallMs(), 10), []);
    }
    for (const transfer of this.#transfers) {
      if (this.#applied.get(transfer.from)?.has(transfer.id)) await this.#carryOut(whole, transfer);
      else await this.#operateIfBegun(whole, transfer);
    }
  }

  /** A transfer whose first half had no answer: it is carried out if that half is in the books. */
  async #operateIfBegun(whole: ReturnType<typeof openProfiles>, transfer: Transfer): Promise<void> {
    const { ledger } = await this.#wholeOf(transfer.from);
    if (ledger.some(({ operationId }) => operationId === transfer.id)) {
      await this.#carryOut(whole, transfer);
    }
  }

  async #check(whole: ReturnType<typeof openProfiles>): Promise<void> {
    let gold = 0;
    const names = new Map<string, string>();
    for (let i = 0; i < PLAYERS; i += 1) {
      const playerId = playerAt(i);
      const { record, ledger } = await this.#wholeOf(playerId);
      gold += record.wallet['gold'] ?? 0;
      this.#checkLedger(record, ledger);
      this.#checkRevisions(record);
      const { acknowledged, asked } = this.#wins.get(playerId) ?? { acknowledged: 0, asked: 0 };
      const counted = record.statistics['wins'] ?? 0;
      assert.ok(counted >= acknowledged && counted <= asked, 'an addition is lost, or there twice');
      if (record.username === null) continue;
      assert.equal(names.get(record.username), undefined, 'a name of two players');
      names.set(record.username, playerId);
    }
    assert.equal(gold, PLAYERS * START_GOLD, 'gold came from nowhere, or is lost');
    for (const name of NAMES)
      assert.equal(await whole.usernames.owner(name), names.get(name) ?? null);
  }

  #checkLedger(record: ProfileRecord, ledger: ReturnType<typeof wholeLedger>): void {
    assert.deepEqual(
      ledger.map(({ sequence }) => sequence),
      Array.from({ length: record.operationCount }, (_, i) => i + 1),
    );
    const ids = new Set(ledger.map(({ operationId }) => operationId));
    assert.equal(ids.size, ledger.length, 'an operation twice in the ledger');
    const lost = [...(this.#applied.get(record.playerId) ?? [])].filter((id) => !ids.has(id));
    assert.deepEqual(lost, [], 'acknowledged, and not in the ledger');
    const sum = ledger.reduce((total, { currencies }) => total + (currencies['gold'] ?? 0), 0);
    assert.equal(record.wallet['gold'] ?? 0, sum, 'the ledger does not add up to the wallet');
  }

  #checkRevisions({ playerId, revision }: ProfileRecord): void {
    const acknowledged = this.#revisions.get(playerId) ?? [];
    assert.equal(new Set(acknowledged).size, acknowledged.length, 'a revision given twice');
    assert.ok(revision >= acknowledged.reduce((a, b) => Math.max(a, b), 1), 'a revision is lost');
  }

  /** A profile, which is in exactly one region, and found there. */
  async #wholeOf(playerId: string) {
    const found = await Promise.all(
      REGIONS.map((homeRegion) => this.#storage.profiles.readWhole({ playerId, homeRegion })),
    );
    const there = found.filter((it) => it !== null);
    assert.equal(there.length, 1, 'a profile is nowhere, or in two regions');
    const [{ record, ledger } = { record: null, ledger: [] }] = there;
    if (record === null) throw new Error('lost');
    const location = await this.#storage.directory.locate(playerId);
    assert.equal(location?.homeRegion, record.homeRegion);
    assert.equal(location?.epoch, record.epoch);
    return { record, ledger: wholeLedger(ledger, record.operations) };
  }

  async #epochs(): Promise<{ readonly epochs: number }> {
    let epochs = 0;
    for (let i = 0; i < PLAYERS; i += 1)
      epochs += (await this.#wholeOf(playerAt(i))).record.epoch - 1;
    return { epochs };
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T;
  }
}

/** Runs such a world on an empty storage.
 *
 * @throws {AssertionError} when a promise of docs/spec/profiles.md does not hold
 */
export function runProfileWorld(
  storage: ProfileStorage,
  options: ProfileWorldOptions,
): Promise<ProfileWorldReport> {
  return new ProfileWorld(storage, options).run();
}

function playerAt(index: number): string {
  return `p_${index}`;
}

/** mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
