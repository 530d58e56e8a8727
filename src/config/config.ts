import { z } from 'zod';
import { isLoopback } from './auth-entry.ts';
import { areSound } from './config-values.ts';
import { AdminConfig, IncidentsConfig, ProcessConfig, TracingConfig } from './operations-config.ts';
import {
  advertisedHost,
  isApart,
  isEvery,
  isPlaced,
  isWhole,
  type PlacedConfig,
  runningIn,
} from './placement.ts';
import {
  ClusterConfig,
  HttpConfig,
  MatchmakingConfig,
  RedisConfig,
  RegionConfig,
  RoomsConfig,
} from './play-config.ts';
import {
  AnalyticsConfig,
  AuthConfig,
  MongoConfig,
  ProfilesConfig,
  RpcConfig,
} from './service-config.ts';
import type { CalledService } from './services.ts';

/** Services that find their nodes, or are found, in the region's Redis. */
const VIA_REDIS = ['auth', 'matchmaking', 'analytics'] as const;

export const MeridianConfig = z
  .strictObject({
    http: HttpConfig.prefault({}),
    rooms: RoomsConfig.prefault({}),
    auth: AuthConfig.prefault({}),
    profiles: ProfilesConfig.prefault({}),
    mongo: MongoConfig.prefault({}),
    admin: AdminConfig.prefault({}),
    redis: RedisConfig.prefault({}),
    cluster: ClusterConfig.prefault({}),
    region: RegionConfig.prefault({}),
    matchmaking: MatchmakingConfig.prefault({}),
    analytics: AnalyticsConfig.prefault({}),
    incidents: IncidentsConfig.prefault({}),
    rpc: RpcConfig.prefault({}),
    tracing: TracingConfig.prefault({}),
    process: ProcessConfig.prefault({}),
  })
  .refine((c) => c.process.environment !== 'production' || hasSecret(c), {
    path: ['auth', 'jwtSecret'],
    message: 'is needed in production, or every restart and every second node signs everybody out',
    when: areSound('process.environment', 'process.services', 'auth.jwtSecret'),
  })
  .refine((c) => c.redis.uri === '' || hasSecret(c), {
    path: ['auth', 'jwtSecret'],
    message: 'is needed with redis.uri, or each node refuses the players and nodes of the others',
    when: areSound('process.services', 'redis.uri', 'auth.jwtSecret'),
  })
  .refine((c) => isWhole(c) || hasSecret(c) || c.rpc.secret !== '', {
    path: ['rpc', 'secret'],
    message: 'or auth.jwtSecret is needed with services apart, or they do not know each other',
    when: areSound('process.services', 'rpc.secret', 'auth.jwtSecret'),
  })
  .refine((c) => isPlaced(c, 'auth'), needsTarget('auth'))
  .refine((c) => isPlaced(c, 'profile') || c.mongo.uri !== '', {
    ...needsTarget('profile'),
    message:
      'is needed, or mongo.uri, or profile among process.services: what runs here asks for profiles',
  })
  .refine((c) => isPlaced(c, 'matchmaking'), needsTarget('matchmaking'))
  .refine((c) => isPlaced(c, 'analytics'), needsTarget('analytics'))
  .refine((c) => c.redis.uri !== '' || !VIA_REDIS.some((service) => isApart(c, service)), {
    path: ['redis', 'uri'],
    message: `is needed with ${VIA_REDIS.join(', ')} apart: revocations, tickets and events go by it`,
    when: areSound('process.services', 'redis.uri'),
  })
  .refine((c) => c.region.all.length < 2 || hasSecret(c), {
    path: ['auth', 'jwtSecret'],
    message:
      'is needed with several regions, or each refuses the players and latencies of the others',
    when: areSound('process.services', 'region.all', 'auth.jwtSecret'),
  })
  .refine((c) => c.region.links.length === 0 || c.redis.uri !== '', {
    path: ['region', 'links'],
    message: 'needs a Redis of this region (redis.uri) to send from',
    when: areSound('region.links', 'redis.uri'),
  })
  .refine((c) => c.analytics.sink !== 'mongo' || c.mongo.uri !== '', {
    path: ['mongo', 'uri'],
    message: 'is needed with analytics.sink mongo',
    when: areSound('analytics.sink', 'mongo.uri'),
  })
  .refine((c) => !isApart(c, 'analytics') || !runningIn(c).has('analytics') || writesEvents(c), {
    path: ['analytics', 'sink'],
    message:
      'none: a service that writes nothing is none; with profiles.sqlitePath :memory: set analytics.folder',
    when: areSound('process.services', 'analytics', 'profiles.sqlitePath'),
  })
  .refine((c) => c.redis.uri !== '' || !c.process.services.includes('incidents'), {
    path: ['redis', 'uri'],
    message:
      'is needed with incidents among process.services: one process alone has nothing to act on',
    when: areSound('process.services', 'redis.uri'),
  })
  .refine((c) => !c.process.services.includes('incidents') || c.incidents.token !== '', {
    path: ['incidents', 'token'],
    message: 'is needed with incidents among process.services, or anybody could drain nodes',
    when: areSound('process.services', 'incidents.token'),
  })
  .refine((c) => !isCalledOnEveryInterface(c) || isFoundAway(advertisedHost(c.cluster)), {
    path: ['cluster', 'peerAdvertiseHost'],
    message:
      'is needed, a host that others reach, with gRPC on every interface: matchmaking calls this node there',
    when: areSound('process.services', 'rpc', 'cluster'),
  })
  .refine((c) => c.redis.uri === '' || advertisedHost(c.cluster) !== null, {
    path: ['cluster', 'peerAdvertiseHost'],
    message: 'is needed when peerBindAddress is every interface: others must know one of them',
    when: areSound('redis.uri', 'cluster.peerBindAddress', 'cluster.peerAdvertiseHost'),
  });

export type MeridianConfig = z.infer<typeof MeridianConfig>;

/** Whether events of this region are kept anywhere, where this process writes them out. */
function writesEvents({
  analytics,
  profiles,
}: {
  readonly analytics: { readonly sink: string; readonly folder: string };
  readonly profiles: { readonly sqlitePath: string };
}): boolean {
  if (analytics.sink !== 'files') return analytics.sink !== 'none';
  return analytics.folder !== '' || profiles.sqlitePath !== ':memory:';
}

/** Whether it has what tokens are signed with, or has no business with players: the incident bot alone must not be able to sign for them. */
function hasSecret({
  auth,
  process,
}: Pick<PlacedConfig, 'process'> & { readonly auth: { readonly jwtSecret: string } }): boolean {
  return auth.jwtSecret !== '' || process.services.every((service) => service === 'incidents');
}

/** Whether matchmaking asks this node for rooms, at an address that says nothing of where it is. */
function isCalledOnEveryInterface(
  config: PlacedConfig & { readonly rpc: { readonly bindAddress: string } },
): boolean {
  const running = runningIn(config);
  return running.has('game') && !running.has('matchmaking') && isEvery(config.rpc.bindAddress);
}

function isFoundAway(host: string | null): boolean {
  return host !== null && !isLoopback(host);
}

function needsTarget(service: CalledService) {
  return {
    path: ['rpc', `${service}Target`],
    message: `is needed, or ${service} among process.services: what runs here asks it`,
    when: areSound('process.services'),
  };
}
