import { describe, expect, test } from 'vitest';
import type { Revocation } from '../../src/auth/revocation.ts';
import type { RevocationLog } from '../../src/auth/revocation-log.ts';

/** An empty log, and the way to let go of it. */
export interface OpenRevocationLog extends AsyncDisposable {
  readonly log: RevocationLog;
  /** Lets the clock of the log show this. */
  setWallMs(wallMs: number): void;
}

export const revocation = (id: string): Revocation => ({
  ...{ id, playerId: 'p_ann', atMs: 1_000 },
  ...{ kind: 'sign-in', signInId: 's_1', reason: 'stolen' },
});

/** What every `RevocationLog` promises (docs/spec/accounts.md). */
export function revocationLogContract(name: string, open: () => Promise<OpenRevocationLog>): void {
  describe(`RevocationLog: ${name}`, () => {
    test('[ACC-50] has what was added or kept, once, until it expires', async () => {
      await using opened = await open();
      const { log } = opened;
      opened.setWallMs(1_000);
      expect(await log.unexpired()).toEqual([]);
      const ban: Revocation = {
        ...{ id: 'v_3', playerId: 'p_bob', atMs: 1_000 },
        ...{ kind: 'ban', reason: 'cheating', untilMs: null },
      };
      await log.add(revocation('v_1'), 2_000);
      await log.add(revocation('v_1'), 2_000);
      await log.keep(revocation('v_2'), 3_000);
      await log.keep(ban, 4_000);
      expect(await log.unexpired()).toEqual([revocation('v_1'), revocation('v_2'), ban]);
      opened.setWallMs(2_000);
      expect(await log.unexpired()).toEqual([revocation('v_2'), ban]);
      opened.setWallMs(4_000);
      expect(await log.unexpired()).toEqual([]);
    });
  });
}
