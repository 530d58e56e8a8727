import { describe, expect, test } from 'vitest';
import { EMPTY_STATE, type MigrationState } from '../../src/storage/migrations/migration-state.ts';
import type { MigrationStore } from '../../src/storage/migrations/migration-store.ts';

/** The record of a database that nobody has migrated, and the way to let go of it. */
export interface OpenMigrationStore extends AsyncDisposable {
  readonly store: MigrationStore;
}

const by = (token: string, revision: number): MigrationState => ({
  ...EMPTY_STATE,
  revision,
  fence: revision,
  lease: { token, holder: `${token}:1`, expiresAtMs: 1_000 },
});

/** What every `MigrationStore` promises. */
export function migrationStoreContract(
  name: string,
  open: () => Promise<OpenMigrationStore>,
): void {
  describe(`MigrationStore: ${name}`, () => {
    test('[DB-3] of many who put their record in the same one’s place, one does', async () => {
      await using opened = await open();
      const { store } = opened;
      let before = await store.read();
      expect(before).toEqual(EMPTY_STATE);
      for (const revision of [1, 2]) {
        // As many as connect at once: more would wait for a place in the pool, 500 ms at most (PR-43).
        const records = Array.from({ length: 4 }, (_, index) => by(`t${index}`, revision));
        const replaced = await Promise.all(records.map((each) => store.replace(before, each)));
        const winners = records.filter((_, index) => replaced[index]);
        expect(winners).toHaveLength(1);
        expect(await store.read()).toEqual(winners[0]);
        before = await store.read();
      }
    });

    test('[DB-5] a record that has moved on is not replaced', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.replace(EMPTY_STATE, by('ada', 1));
      await store.replace(by('ada', 1), by('bob', 2));
      expect(await store.replace(by('ada', 1), by('ada', 2))).toBe(false);
      expect(await store.replace(EMPTY_STATE, by('ada', 1))).toBe(false);
      expect(await store.read()).toEqual(by('bob', 2));
    });

    test('has a wall clock', async () => {
      await using opened = await open();
      expect(Math.abs((await opened.store.nowMs()) - Date.now())).toBeLessThan(5_000);
    });
  });
}
