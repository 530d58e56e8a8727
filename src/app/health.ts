import type { Application } from 'express';
import type { NodeLease } from '../cluster/node-lease.ts';
import { GameError } from '../errors/game-error.ts';

/** Whether this node should get traffic; each check resolves or tells what is wrong. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<void>;
}

const CHECK_TIMEOUT_MS = 2_000;

/**
 * Mounts the health endpoints.
 *
 * - `/live`: the event loop turns. Not answering it is the reason to restart the process.
 * - `/ready`: every check passes and the node is not draining. 503 takes it out of the balancer, nothing more.
 * - `/__healthcheck`: as in Colyseus, for what already asks there.
 */
export function mountHealth(
  app: Application,
  deps: { readonly checks: readonly ReadinessCheck[]; readonly isDraining: () => boolean },
): void {
  app.get(['/live', '/__healthcheck'], (_request, response) => {
    response.type('text').send('OK');
  });
  app.get('/ready', async (_request, response) => {
    const failed = deps.isDraining() ? ['draining'] : await failing(deps.checks);
    response.status(failed.length === 0 ? 200 : 503).json({ ready: failed.length === 0, failed });
  });
}

/** Whether the region counts on this process. */
export function leaseCheck(lease: Pick<NodeLease, 'isHeld'>): ReadinessCheck {
  return {
    name: 'lease',
    check: async () => {
      if (!lease.isHeld()) throw new GameError('LEASE_LOST');
    },
  };
}

async function failing(checks: readonly ReadinessCheck[]): Promise<string[]> {
  const results = await Promise.all(
    checks.map(async ({ name, check }) => {
      const timeout = Promise.withResolvers<boolean>();
      const timer = setTimeout(() => timeout.resolve(false), CHECK_TIMEOUT_MS);
      const passed = await Promise.race([
        check().then(
          () => true,
          () => false,
        ),
        timeout.promise,
      ]);
      clearTimeout(timer);
      return passed ? null : name;
    }),
  );
  return results.filter((name) => name !== null);
}
