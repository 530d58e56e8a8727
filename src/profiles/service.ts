import { randomUUID } from 'node:crypto';
import { GameError } from '../errors/game-error.ts';
import type { ProfilePatchRequest } from '../protocol/rest.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { SoftWriteMetrics } from '../telemetry/soft-write-metrics.ts';
import { parse } from '../transport/http/parse.ts';
import { actOnPlayer, followMoves } from './act-on-player.ts';
import type {
  OperationOutcome,
  PlayerOperation,
  Profile,
  ProfileRef,
  Profiles,
} from './contract.ts';
import { HomeMove } from './home-move.ts';
import { findPlayerDataIssue, mergePlayerData } from './player-data.ts';
import { PlayerErasure } from './player-erasure.ts';
import { type ProfileRecord, profileOf } from './profile-record.ts';
import { type ProfileChange, ProfileRepository } from './profile-repository.ts';
import type { SectionWrite } from './profile-section.ts';
import type { ProfileStorage } from './profile-store.ts';
import { ProfileSweeper } from './profile-sweeper.ts';
import { ProfileWriter } from './profile-writer.ts';
import {
  NamedPlayer,
  PlayerId,
  PlayerOperationBody,
  SectionWriteBody,
  SoftWriteBody,
  StatisticAdditions,
} from './schemas.ts';
import type { SoftShelf, SoftValue } from './soft/soft-shelf.ts';
import { MemorySoftShelf } from './soft/soft-shelf-memory.ts';
import { WriteBehind } from './soft/write-behind.ts';
import { Username } from './username.ts';
import { UsernameRegistry } from './username-registry.ts';

/** What became of an operation, and the profile then. */
export interface OperationResult {
  readonly record: ProfileRecord;
  readonly outcome: OperationOutcome;
}

/** Profiles as the rest of the node uses them: by the player's id alone, wherever he is at home. */
export interface ProfileService extends Profiles {
  /** Everything the server knows; null: nobody knows him. */
  readRecord(playerId: string): Promise<ProfileRecord | null>;
  /**
   * As `operate`.
   *
   * @param isNew - whether nobody can have asked for this id before, so that the ledger need not be; asked when it matters
   */
  apply(
    playerId: string,
    operation: PlayerOperation,
    isNew?: () => boolean,
  ): Promise<OperationResult>;
  /** @throws {GameError} as `writeSection` (profile-section.ts), `PROFILE_LEASED`, `PROFILE_LEASE_LOST`, `BAD_REQUEST` */
  writeSection(
    playerId: string,
    write: SectionWrite & { readonly leaseToken?: string },
  ): Promise<ProfileRecord>;
  /** Takes a profile into one room's hands; as `ProfileRepository.takeLease`. */
  takeLease(
    playerId: string,
    request: { readonly holder: string; readonly ttlMs: number },
  ): Promise<{ readonly record: ProfileRecord; readonly token: string }>;
  /** @throws {GameError} `PROFILE_LEASE_LOST` */
  renewLease(
    playerId: string,
    lease: { readonly token: string; readonly ttlMs: number },
  ): Promise<ProfileRecord>;
  releaseLease(playerId: string, token: string): Promise<ProfileRecord>;
  /**
   * As `writeSoon`, of several players, for a sender who tries again: resolves when any process may flush them.
   *
   * @param values - checked as `writeSoon` checks them
   * @throws {GameError} `STORE_UNAVAILABLE`
   */
  shelve(values: readonly SoftValue[]): Promise<void>;
  /** Makes another region his home; as `HomeMove.move`. */
  moveHome(playerId: string, to: string): Promise<ProfileRecord>;
  /** From here on this node finishes what crashes interrupt. */
  start(): void;
  stop(): Promise<void>;
}

export interface ProfileServiceDeps {
  readonly storage: ProfileStorage;
  /** Region of this node: home of the players it creates, and where players are looked for first. */
  readonly regionId: string;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Where soft sections wait; in the memory of this process when absent. */
  readonly shelf?: SoftShelf;
  readonly softWrites?: SoftWriteMetrics;
}

export function createProfileService({
  clock = systemClock,
  ...given
}: ProfileServiceDeps): ProfileService {
  const { storage, regionId } = given;
  const writer = new ProfileWriter({ storage, clock });
  const deps = { ...given, clock, writer, newToken: randomUUID };
  const repository = new ProfileRepository(deps);
  const usernames = new UsernameRegistry(deps);
  const moves = new HomeMove(deps);
  const erasure = new PlayerErasure(deps);
  const sweeper = new ProfileSweeper({ ...deps, usernames, moves, erasure });

  const soft = new WriteBehind({
    shelf: given.shelf ?? new MemorySoftShelf({ clock }),
    write: (playerId, values, mayWrite) =>
      act(playerId, (ref) => repository.writeSoftSections(ref, values, mayWrite)),
    clock,
    metrics: given.softWrites ?? new SoftWriteMetrics(),
    log: given.log,
  });

  const here = (playerId: string): ProfileRef => ({ playerId, homeRegion: regionId });
  const readRecord = async (playerId: string): Promise<ProfileRecord | null> =>
    (await repository.read(here(playerId))) ?? (await repository.find(playerId));
  /** Acts on a profile wherever it is: most are of this region, the others say where they are. */
  const act = <Result>(playerId: string, action: (ref: ProfileRef) => Promise<Result>) =>
    followMoves(here(playerId), action);
  const apply: ProfileService['apply'] = (playerId, operation, isNew) => {
    const checked = parse(PlayerOperationBody, operation);
    return act(playerId, (ref) => repository.operate(ref, checked, isNew));
  };

  return {
    async create(player) {
      const { displayName } = parse(NamedPlayer, player);
      return profileOf(await repository.create({ ...here(player.playerId), displayName }));
    },
    async read(playerId) {
      const record = await readRecord(playerId);
      return record === null ? null : profileOf(record);
    },
    readRecord,
    async readForDisplay(playerId) {
      const near =
        (await repository.readForDisplay(here(playerId))) ??
        (await repository.findForDisplay(playerId));
      // A copy may be too old to know a new player: then the newest is asked.
      const record = near ?? (await readRecord(playerId));
      return record === null ? null : profileOf(record);
    },
    ping: () => storage.profiles.ping(),

    async patch(playerId, { ifRevision, displayName, data }) {
      const current = await readRecord(playerId);
      if (!current) throw new GameError('PROFILE_UNKNOWN', { playerId });
      if (current.revision !== ifRevision) {
        throw new GameError('REVISION_STALE', { ifRevision, revision: current.revision });
      }
      const change: ProfileChange = {
        ...(displayName === undefined ? {} : { displayName }),
        ...(data === undefined ? {} : { data: mergeWithinLimits(current, data) }),
      };
      // The store compares the revision again: a write that came in between wins, and this one is stale.
      return profileOf(
        await act(playerId, (ref) => repository.update(ref, change, { ifRevision })),
      );
    },
    async addStatistics(playerId, additions) {
      const checked = parse(StatisticAdditions, additions);
      return profileOf(await act(playerId, (ref) => repository.addStatistics(ref, checked)));
    },
    async operate(playerId, operation) {
      return (await apply(playerId, operation)).outcome;
    },
    apply,
    async writeSection(playerId, write) {
      const checked = parse(SectionWriteBody, write);
      return await act(playerId, (ref) => repository.writeSection(ref, checked));
    },

    takeLease: (playerId, request) => act(playerId, (ref) => repository.takeLease(ref, request)),
    renewLease: (playerId, lease) => act(playerId, (ref) => repository.renewLease(ref, lease)),
    releaseLease: (playerId, token) => act(playerId, (ref) => repository.releaseLease(ref, token)),

    async takeUsername(playerId, username) {
      const name = parse(Username, username);
      return profileOf(await act(playerId, (ref) => usernames.claim(ref, name)));
    },
    async findByUsername(username) {
      const name = Username.safeParse(username);
      return name.success ? await usernames.owner(name.data) : null;
    },
    moveHome: (playerId, to) => act(playerId, (ref) => moves.move(ref, to)),
    async exportPlayer(playerId) {
      const whole = await actOnPlayer(deps, playerId, (ref) => erasure.export(ref));
      if (whole === null) throw new GameError('PROFILE_UNKNOWN', { playerId });
      return whole;
    },
    erasePlayer: (playerId) => act(playerId, (ref) => erasure.erase(ref)),

    writeSoon(playerId, write) {
      soft.writeSoon({ playerId: parse(PlayerId, playerId), ...parse(SoftWriteBody, write) });
    },
    shelve: (values) => soft.shelve(values),
    flush: (playerId) => soft.flush(playerId),
    async readSection(playerId, section) {
      const newest = await soft.newest(playerId, section);
      if (newest !== null) return newest;
      const sections = (await readRecord(playerId))?.sections ?? {};
      return Object.hasOwn(sections, section) ? (sections[section]?.value ?? null) : null;
    },

    start() {
      sweeper.start();
      soft.start();
    },
    async stop() {
      await soft.stop();
      await sweeper.stop();
    },
  };
}

function mergeWithinLimits(
  current: ProfileRecord,
  patch: NonNullable<ProfilePatchRequest['data']>,
): Profile['data'] {
  const merged = mergePlayerData(current.data, patch);
  const issue = findPlayerDataIssue(merged);
  if (issue) {
    throw new GameError('BAD_REQUEST', {
      issues: [{ path: ['data', ...issue.path], message: `merged: ${issue.message}` }],
    });
  }
  return merged;
}
