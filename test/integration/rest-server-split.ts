import { Registry } from 'prom-client';
import { AccessTokenReader } from '../../src/auth/access-token-reader.ts';
import { AUTH_RPC } from '../../src/auth/auth-rpc.ts';
import { authClient } from '../../src/auth/client.ts';
import { SigningKeys } from '../../src/auth/signing-keys.ts';
import { environmentNames } from '../../src/config/load-config.ts';
import { profileClient } from '../../src/profiles/client.ts';
import { PROFILE_RPC } from '../../src/profiles/profile-rpc.ts';
import { type Clock, systemClock } from '../../src/shared/clock.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { RpcMetrics } from '../../src/telemetry/rpc-metrics.ts';
import { SoftWriteMetrics } from '../../src/telemetry/soft-write-metrics.ts';
import { callKey } from '../../src/transport/rpc/peer-call.ts';
import { RpcChannel } from '../../src/transport/rpc/rpc-channel.ts';
import { SplitWorld } from '../support/split-world.ts';
import { requestsTo } from './rest-requests.ts';
import type { RestServer, RestServerOptions } from './rest-server.ts';

const GAME = 'test/support/field-game.ts';
const log = createLogger({ level: 'silent' });
const LIMITLESS = { requestsPerMinute: 100_000 };

/**
 * The REST API as a real node serves it whose services are real processes. `auth` and `profiles` ask those by gRPC, `db` reads the file of
 * the auth service, and the log is what all of them write.
 */
export async function startSplitRestServer(options: RestServerOptions): Promise<RestServer> {
  if (options.routes !== undefined) throw new TypeError('A real node has no other routes.');
  await using opened = new AsyncDisposableStack();
  const world = opened.use(
    await SplitWorld.start({
      game: GAME,
      env: {
        MERIDIAN_PROCESS_LOG_LEVEL: 'trace',
        ...settingsOf('http', { ...LIMITLESS, ...options.http }),
        ...settingsOf('auth', options.auth ?? {}),
      },
      hasMovableClock: true,
    }),
  );
  let offsetMs = 0;
  const clock: Clock = {
    wallMs: () => systemClock.wallMs() + offsetMs,
    monotonicMs: () => systemClock.monotonicMs(),
  };
  const deps = {
    clock,
    metrics: new RpcMetrics(new Registry()),
    key: callKey(world.secret),
    tls: null,
  };
  const accounts = new RpcChannel(AUTH_RPC, world.targetOf('auth'), deps);
  opened.defer(() => accounts.close());
  const profiles = new RpcChannel(PROFILE_RPC, world.targetOf('profile'), deps);
  opened.defer(() => profiles.close());
  const db = opened.use(await SqliteDatabase.open({ path: world.storeOf('auth') }));
  const keys = new SigningKeys({ secret: world.secret, keys: [] });
  const tokens = new AccessTokenReader({ clock, keys });
  let advanced = Promise.resolve();
  const { request, signIn } = requestsTo(world.node.url, () => advanced);
  const keptOpen = opened.move();
  return {
    url: world.node.url,
    get app(): never {
      throw new Error('It is in another process.');
    },
    db,
    auth: {
      ...authClient(accounts.calls),
      verify: (accessToken) => tokens.verify(accessToken),
      refusalOf: () => null,
    },
    profiles: profileClient(profiles.calls, { log, softWrites: new SoftWriteMetrics() }),
    get logLines() {
      return world.output.split('\n');
    },
    request,
    signIn,
    advance: (ms) => {
      offsetMs += ms;
      advanced = advanced.then(() => world.advance(ms));
    },
    [Symbol.asyncDispose]: () => keptOpen.disposeAsync(),
  };
}

/** A section of the configuration as environment variables. */
function settingsOf(
  section: string,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const names = new Map([...environmentNames()].map(([name, path]) => [path.join('.'), name]));
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      names.get(`${section}.${key}`) ?? `${section}.${key}`,
      textOf(value),
    ]),
  );
}

function textOf(value: unknown): string {
  const isPlainList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (isPlainList) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
