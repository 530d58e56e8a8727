// The services of this process, each opened once, when somebody first needs it: as an object of this process, or as the way to the process
// that runs it. Who uses one does not know which.
//
//   runs here ──▶ store ──▶ service ──▶ offered to other processes (rpc.ts)
//   elsewhere ──▶ RpcChannel to its target ──▶ client
//
// gRPC is loaded only where it is used: it takes a fifth of a second, which a process that has everything need not spend.

import { type AuditLog, createAuditLog } from '../admin/audit-log.ts';
import { RedisAuditStore } from '../admin/audit-store-redis.ts';
import { SqliteAuditStore } from '../admin/audit-store-sqlite.ts';
import { ANALYTICS_RPC } from '../analytics/analytics-rpc.ts';
import { analyticsCalls, analyticsClient } from '../analytics/client.ts';
import type { ErasePlayerFromAnalytics, EventDefinitions } from '../analytics/contract.ts';
import { AUTH_RPC } from '../auth/auth-rpc.ts';
import { authCalls, authClient } from '../auth/client.ts';
import type { MeridianConfig } from '../config/config.ts';
import { placementOf, runningIn } from '../config/placement.ts';
import {
  type CalledService,
  keepsProfiles,
  type ServiceName,
  type ServicePlacement,
} from '../config/services.ts';
import { GameError } from '../errors/game-error.ts';
import { profileCalls, profileClient } from '../profiles/client.ts';
import type { Profiles } from '../profiles/contract.ts';
import { PROFILE_RPC } from '../profiles/profile-rpc.ts';
import { systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import { openRedis } from '../storage/redis/redis-connection.ts';
import { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import type { RpcCalls, RpcContract } from '../transport/rpc/rpc-contract.ts';
import { type OpenAccounts, openAccounts } from './accounts.ts';
import { type NodeAnalytics, openAnalytics, openEventShipping } from './analytics.ts';
import type { CacheNewsSpread } from './cache-news-spread.ts';
import type { ReadinessCheck } from './health.ts';
import { openNodeMongo } from './mongo.ts';
import { openProfileService } from './profiles.ts';
import { openRemoteAccounts } from './remote-accounts.ts';
import { type RpcOffer, rpcDeps } from './rpc.ts';

export interface ServicesDeps {
  readonly config: MeridianConfig;
  /** Of this process; no two are alike. */
  readonly nodeId: string;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  /** To and from the caches of other regions. */
  readonly cacheNews: CacheNewsSpread;
}

/** Everything rejects with {Error} when Redis does not answer, and with {GameError} `STORE_UNAVAILABLE`. */
export class Services {
  readonly running: ReadonlySet<ServiceName>;
  /** What other processes may call here, as far as it is opened. */
  readonly offers: RpcOffer[] = [];
  /** Whether what is opened can be used. */
  readonly checks: ReadinessCheck[] = [];
  /** Profiles, wherever they are. */
  readonly profiles = once(() => this.#openProfiles());
  /** Accounts, wherever they are, and whose tokens do not count in this region. */
  readonly accounts = once(() => this.#openAccounts());
  /** What operators did, and what acts for them: of the region where it has a Redis, else of this node. */
  readonly audit = once(() => this.#openAudit());
  readonly #deps: ServicesDeps;
  readonly #closers: Closers;
  readonly #placement: ServicePlacement;
  readonly #database = once(() => this.#openDatabase());
  readonly #mongo = once(() => openNodeMongo(this.#deps.config, this.#closers, this.#deps.log));

  constructor(deps: ServicesDeps, closers: Closers) {
    this.#deps = deps;
    this.#closers = closers;
    this.#placement = placementOf(deps.config);
    this.running = runningIn(deps.config);
  }

  /** Whether others may call what runs here: only a process that was told by name what to run is there for others. */
  get isOffering(): boolean {
    return !this.#placement.services.includes('all');
  }

  /** Whether profiles are read and written here, not by another process. */
  get keepsProfiles(): boolean {
    return keepsProfiles(this.#placement);
  }

  /** Analytics for a process that records events. @param events - those of the game */
  async recordingAnalytics(events: EventDefinitions): Promise<NodeAnalytics> {
    const eraseElsewhere = this.running.has('analytics') ? null : await this.#erasingElsewhere();
    const analytics = await openAnalytics(
      { ...this.#deps, database: this.#database, mongo: this.#mongo, events, eraseElsewhere },
      this.#closers,
    );
    if (eraseElsewhere === null) this.#offerAnalytics(analytics.erasePlayer);
    return analytics;
  }

  /** Analytics for a process that records nothing. */
  async shippingAnalytics(): Promise<void> {
    const deps = { ...this.#deps, database: this.#database, mongo: this.#mongo };
    this.#offerAnalytics(await openEventShipping(deps, this.#closers));
  }

  /** Without a target nobody asks: only nodes with players delete them. */
  async #erasingElsewhere(): Promise<ErasePlayerFromAnalytics> {
    if (this.#placement.targets.analytics === '') {
      return () => Promise.reject(new GameError('SERVICE_UNAVAILABLE'));
    }
    return analyticsClient(await this.#callsOf(ANALYTICS_RPC, 'analytics'));
  }

  async #openProfiles(): Promise<Profiles> {
    const profiles = this.keepsProfiles ? await this.#runProfiles() : await this.#callProfiles();
    this.checks.push({ name: 'profile store', check: () => profiles.ping() });
    return profiles;
  }

  async #callProfiles(): Promise<Profiles> {
    const { log, metrics } = this.#deps;
    const calls = await this.#callsOf(PROFILE_RPC, 'profile');
    const profiles = profileClient(calls, { log, softWrites: metrics.softWrites });
    this.#closers.push('soft data', async () => {
      await profiles.drain().catch((error: unknown) => {
        log.warn({ err: error }, 'soft data was not sent to the profile service');
      });
    });
    return profiles;
  }

  async #runProfiles(): Promise<Profiles> {
    const [database, mongo] = [await this.#database(), await this.#mongo()];
    const deps = { ...this.#deps, database, mongo };
    const profiles = await openProfileService(deps, this.#closers);
    if (this.running.has('profile')) {
      this.offers.push({ serve: (rpc) => rpc.add(PROFILE_RPC, profileCalls(profiles)) });
    }
    return profiles;
  }

  async #openAccounts(): Promise<OpenAccounts> {
    const deps = { ...this.#deps, clock: systemClock };
    if (!this.running.has('auth')) {
      const accounts = authClient(await this.#callsOf(AUTH_RPC, 'auth'));
      const { keys, ...opened } = await openRemoteAccounts({ ...deps, accounts }, this.#closers);
      this.checks.push({ name: 'auth keys', check: () => keys.ping() });
      return opened;
    }
    const profiles = await this.profiles();
    const [database, mongo] = [await this.#database(), await this.#mongo()];
    const opened = await openAccounts({ ...deps, database, mongo, profiles }, this.#closers);
    this.offers.push({ serve: (rpc) => rpc.add(AUTH_RPC, authCalls(opened.auth)) });
    return opened;
  }

  async #openAudit(): Promise<AuditLog> {
    const { config, log } = this.#deps;
    const { uri } = config.redis;
    if (uri === '') {
      return createAuditLog({ store: new SqliteAuditStore({ db: await this.#database() }), log });
    }
    const redis = await openRedis(uri, { name: 'audit', log });
    this.#closers.push('Redis of the audit log', () => redis.disconnect());
    return createAuditLog({ store: new RedisAuditStore({ redis }), log });
  }

  async #openDatabase(): Promise<SqliteDatabase> {
    const database = await SqliteDatabase.open({ path: this.#deps.config.profiles.sqlitePath });
    this.#closers.push('SQLite', () => database.close());
    return database;
  }

  #offerAnalytics(erasePlayer: ErasePlayerFromAnalytics): void {
    this.offers.push({ serve: (rpc) => rpc.add(ANALYTICS_RPC, analyticsCalls(erasePlayer)) });
  }

  async #callsOf<Contract extends RpcContract>(
    contract: Contract,
    service: CalledService,
  ): Promise<RpcCalls<Contract>> {
    const { config, metrics } = this.#deps;
    const { RpcChannel } = await import('../transport/rpc/rpc-channel.ts');
    const target = this.#placement.targets[service];
    const channel = new RpcChannel(contract, target, rpcDeps(config, metrics));
    this.#closers.push(`${service} service`, () => channel.close());
    return channel.calls;
  }
}

function once<Opened>(open: () => Promise<Opened>): () => Promise<Opened> {
  let opened: Promise<Opened> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
}
