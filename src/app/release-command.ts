import { randomUUID } from 'node:crypto';
import { DRAIN_ANSWER_TIMEOUT_MS, NODE_OPERATIONS } from '../admin/region-operations.ts';
import { RedisNodeCalls } from '../cluster/node-calls.ts';
import { type NodeInfo, runsService } from '../cluster/node-info.ts';
import { RegionReader } from '../cluster/region-view.ts';
import { type BuildShares, NO_SHARES } from '../cluster/release/build-shares.ts';
import { planRelease, type ReleaseChange } from '../cluster/release/plan-release.ts';
import type { ReleaseRecord } from '../cluster/release/release-record.ts';
import { ReleaseStore } from '../cluster/release/release-store.ts';
import { ConfigError, loadSections } from '../config/load-config.ts';
import type { DrainResult } from '../protocol/rest.ts';
import { systemClock } from '../shared/clock.ts';
import { openRedis } from '../storage/redis/redis-connection.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { CommandStreams } from './database-command.ts';
import { ReleaseAudit } from './release-audit.ts';
import {
  parseReleaseOptions,
  RELEASE_USAGE,
  type ReleaseOptions,
  ReleaseUsageError,
} from './release-options.ts';
import {
  type BuildStatus,
  type NodeDrain,
  percent,
  type ReleaseReport,
  summaryOfRelease,
} from './release-report.ts';

// `release`: which build gets a region's new rooms (docs/spec/releases.md). It speaks to the region's Redis, as nodes do.

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** It cannot be done as it was asked for. */
class ReleaseRefusal extends Error {
  readonly code: 'REFUSED' | 'CHANGED_MEANWHILE' | 'UNREADABLE';

  constructor(code: ReleaseRefusal['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Runs the command.
 *
 * @param argv - without the words that led here
 * @returns the exit code: 0 done, 1 failed or in part, 2 the command line or the configuration is wrong
 */
export async function runReleaseCommand(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  { output, progress }: CommandStreams,
): Promise<number> {
  if (argv.some((arg) => ['help', '--help', '-h'].includes(arg))) {
    output(RELEASE_USAGE);
    return 0;
  }
  const wantsJson = argv.includes('--json');
  const fail = (code: string, message: string, exitCode: number) => {
    if (wantsJson) output(`${JSON.stringify({ ok: false, error: { code, message } })}\n`);
    else progress(`${message}\n${code === 'USAGE' ? `\n${RELEASE_USAGE}` : ''}`);
    return exitCode;
  };
  try {
    const options = parseReleaseOptions(argv);
    const { redis } = loadSections(environment, ['redis']);
    if (redis.uri === '') return fail('CONFIG', 'REDIS_URI is not set: which region?', EXIT_USAGE);
    const report = await release(options, redis.uri);
    const ok = report.isAudited && report.drained.every((drain) => drain.ok);
    output(wantsJson ? `${JSON.stringify({ ok, ...report })}\n` : summaryOfRelease(report));
    return ok ? 0 : EXIT_FAILED;
  } catch (error) {
    if (error instanceof ReleaseUsageError) return fail('USAGE', error.message, EXIT_USAGE);
    if (error instanceof ConfigError) return fail('CONFIG', error.message, EXIT_USAGE);
    if (error instanceof ReleaseRefusal) return fail(error.code, error.message, EXIT_FAILED);
    if (isAway(error)) return fail('UNAVAILABLE', (error as Error).message, EXIT_FAILED);
    throw error;
  }
}

/** @throws {ReleaseRefusal} */
async function release(options: ReleaseOptions, uri: string): Promise<ReleaseReport> {
  const log = createLogger({ level: 'silent' });
  const redis = await openRedis(uri, { name: 'release', log });
  try {
    const store = new ReleaseStore(redis);
    const known = await store.read();
    if (known === 'unreadable') {
      const message = 'A newer build has written how this region releases: use its command.';
      throw new ReleaseRefusal('UNREADABLE', message);
    }
    const nodes = await gameNodes(redis);
    const before = known === 'none' ? { version: 0, shares: NO_SHARES } : known;
    const { change, isDryRun } = options;
    const nodesToDrain = options.drains
      ? nodes.filter((it) => it.build === change?.build && !it.isDraining).map((it) => it.nodeId)
      : [];
    const nothing = { drained: [], isAudited: true };
    const done =
      change === null
        ? { ...nothing, shares: before.shares }
        : isDryRun
          ? { ...nothing, shares: plan(change, before.shares, nodes) }
          : await carryOut(change, { redis, store, before, nodes, nodesToDrain, by: options.by });
    return {
      change: change === null ? null : wordsOf(change),
      isDryRun: change !== null && isDryRun,
      sharesBefore: before.shares,
      ...done,
      nodesToDrain,
      builds: statusOf(done.drained.length > 0 ? await gameNodes(redis) : nodes, done.shares),
      history: await store.history(),
    };
  } finally {
    redis.disconnect();
  }
}

/** @throws {ReleaseRefusal} which the audit log has as well */
async function carryOut(
  change: ReleaseChange,
  {
    redis,
    store,
    before,
    nodes,
    nodesToDrain,
    by,
  }: {
    readonly redis: RedisClient;
    readonly store: ReleaseStore;
    readonly before: Pick<ReleaseRecord, 'version' | 'shares'>;
    readonly nodes: readonly NodeInfo[];
    readonly nodesToDrain: readonly string[];
    readonly by: string;
  },
): Promise<Pick<ReleaseReport, 'shares' | 'drained' | 'isAudited'>> {
  const words = wordsOf(change);
  const audit = new ReleaseAudit(redis, { by, change, words });
  try {
    const shares = plan(change, before.shares, nodes);
    const isDone = await store.change({
      ...{ version: before.version + 1, shares, changedAtMs: systemClock.wallMs() },
      ...{ changedBy: by, change: words },
    });
    if (!isDone) {
      const message = 'Somebody else has changed the shares meanwhile; look, and do it again.';
      throw new ReleaseRefusal('CHANGED_MEANWHILE', message);
    }
    await audit.done(before.shares, shares);
    const drained = await drainAll(redis, nodesToDrain);
    await audit.drained(drained);
    return { shares, drained, isAudited: audit.isComplete };
  } catch (error) {
    if (error instanceof ReleaseRefusal) await audit.refused(before.shares, error.message);
    throw error;
  }
}

function plan(change: ReleaseChange, shares: BuildShares, nodes: readonly NodeInfo[]): BuildShares {
  const planned = planRelease(change, shares, statusOf(nodes, shares));
  if (!planned.ok) throw new ReleaseRefusal('REFUSED', planned.reason);
  return planned.shares;
}

async function gameNodes(redis: RedisClient): Promise<readonly NodeInfo[]> {
  const view = await new RegionReader(redis).read();
  return [...view.values()]
    .map((lease) => lease?.info)
    .filter((info) => info !== undefined)
    .filter((info) => runsService(info, 'game'));
}

/** All at once: a node that is left for later would be given the rooms of the first. */
async function drainAll(
  redis: RedisClient,
  nodeIds: readonly string[],
): Promise<readonly NodeDrain[]> {
  if (nodeIds.length === 0) return [];
  const calls = await RedisNodeCalls.open({
    redis,
    nodeId: `operator-${randomUUID()}`,
    log: createLogger({ level: 'silent' }),
  });
  try {
    return await Promise.all(
      nodeIds.map(async (nodeId): Promise<NodeDrain> => {
        try {
          const timeout = { timeoutMs: DRAIN_ANSWER_TIMEOUT_MS };
          const result = await calls.request(nodeId, NODE_OPERATIONS.drain, {}, timeout);
          return { ok: true, ...(result as DrainResult) };
        } catch (error) {
          // Shares are set all the same; who cannot be drained is told by name.
          return { ok: false, nodeId, error: (error as Error).message };
        }
      }),
    );
  } finally {
    await calls.close();
  }
}

/** Builds that run or have a share, by name. */
function statusOf(nodes: readonly NodeInfo[], shares: BuildShares): readonly BuildStatus[] {
  const builds = new Set([...nodes.map(({ build }) => build), ...Object.keys(shares)]);
  return [...builds].sort().map((build) => {
    const ofBuild = nodes.filter((node) => node.build === build);
    const sum = (of: (node: NodeInfo) => number) =>
      ofBuild.reduce((total, node) => total + of(node), 0);
    return {
      build,
      share: Object.keys(shares).length === 0 ? null : (shares[build] ?? 0),
      openNodes: sum(({ isDraining }) => (isDraining ? 0 : 1)),
      drainingNodes: sum(({ isDraining }) => (isDraining ? 1 : 0)),
      rooms: sum(({ load }) => load.rooms),
      seats: sum(({ load }) => load.seats),
    };
  });
}

function wordsOf(change: ReleaseChange): string {
  switch (change.kind) {
    case 'canary':
      return `canary ${change.build} ${percent(change.share)}`;
    case 'promote':
      return `promote ${change.build}`;
    case 'rollback':
      return `rollback ${change.build}${change.to === undefined ? '' : ` to ${change.to}`}`;
  }
}

/** What the client of Redis throws while it does not answer; the texts hold no password. */
function isAway(error: unknown): boolean {
  return (
    error instanceof Error &&
    /Redis|ECONN|Connection is closed|Command timed out/.test(error.message)
  );
}
