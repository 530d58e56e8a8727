import fc from 'fast-check';
import { AUTH_RPC } from '../../../src/auth/auth-rpc.ts';
import { authCalls } from '../../../src/auth/client.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';
import { FakeSteam } from '../fake-steam.ts';
import { openLocalAccounts } from '../local-accounts.ts';
import { type FuzzedService, lately, rowsOf, SECRET_MARK } from './fuzzed-service.ts';

const DEVICE_KEY = `${SECRET_MARK}-of-the-device-of-ann-alone`;
/** Limits that bad calls do not reach: they would hide what is behind. */
const NO_LIMITS = { signInsPerMinute: 1_000_000, wrongPasswords: 1_000_000 };

/** Accounts in memory; all of their rows are looked at. */
export async function openFuzzedAccounts(log: Logger): Promise<FuzzedService> {
  const steam = await FakeSteam.start();
  const here = await openLocalAccounts({ steam, auth: NO_LIMITS, log });
  const { accounts, database } = here;
  const signIn = () => accounts.signInDevice({ deviceKey: DEVICE_KEY, displayName: 'Ann' });
  let ann = await signIn();
  const ticket = lately(() => steam.issueTicket('76561197960287930'));
  const password = fc.constantFrom(`${SECRET_MARK} quiet otters`, `${SECRET_MARK} loud otters`);
  const provider = fc.constantFrom('steam', 'device', 'email');
  return {
    serve: (server) => server.add(AUTH_RPC, authCalls(accounts)),
    texts: {
      ...{ password, from: password, to: password, provider, id: provider },
      playerId: fc.oneof(
        lately(() => ann.playerId),
        fc.constant('p_benbenbenbenbenbenben'),
      ),
      displayName: fc.constantFrom('Ann', 'Brave Otter 42'),
      deviceKey: fc.constantFrom(DEVICE_KEY, `${SECRET_MARK}-of-another-device-entirely`),
      email: fc.constantFrom('ann@example.com', 'ben@example.com'),
      address: fc.constantFrom('198.51.100.7', '2001:db8::1', '::1%eth0'),
      ticket: fc.oneof(ticket, fc.constant(`${SECRET_MARK}00`)),
      attempt: fc.constant(`${SECRET_MARK}.attempt`),
      callbackUrl: fc.constant(`http://127.0.0.1/back?code=${SECRET_MARK}`),
      redirectUri: fc.constant('http://127.0.0.1/back'),
      refreshToken: lately(() => ann.refreshToken),
      reason: fc.constantFrom('aimbot', 'x'.repeat(500)),
    },
    sometimes: ['device', 'email', 'provider', 'attempt', 'callbackUrl', 'ticket', 'displayName'],
    prepare: async () => {
      await accounts.liftBan(ann.playerId);
      ann = await signIn();
    },
    // A spent token that comes again ends its sign-in, and is refused: so it should.
    kept: (method) =>
      rowsOf(
        database,
        (table) => method !== 'Refresh' || !['refresh_tokens', 'revocations'].includes(table),
      ),
    [Symbol.asyncDispose]: async () => {
      await here[Symbol.asyncDispose]();
      await steam[Symbol.asyncDispose]();
    },
  };
}
