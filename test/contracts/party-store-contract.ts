import { describe, expect, test } from 'vitest';
import type { Party, PartyMember, PartyStore } from '../../src/matchmaking/parties/party.ts';
import { LARGEST_PARTY } from '../../src/matchmaking/pool/ticket.ts';
import { eventually } from '../support/eventually.ts';

/** A store without parties, and the same one as another node of the region has it. */
export interface OpenPartyStore extends AsyncDisposable {
  readonly store: PartyStore;
  readonly elsewhere: PartyStore;
}

type Change = Parameters<Parameters<PartyStore['onChange']>[0]>[0];

/** With everything that a store might lose on its way. */
export function member(playerId: string): PartyMember {
  return { playerId, displayName: `"${playerId}" ü`, latencyMsByRegion: {}, roles: [], avoids: [] };
}

export function party(partyId: string, ...playerIds: readonly string[]): Party {
  return { partyId, code: `code-${partyId}`, members: playerIds.map(member) };
}

/** What every `PartyStore` promises. */
export function partyStoreContract(name: string, open: () => Promise<OpenPartyStore>): void {
  describe(`PartyStore: ${name}`, () => {
    test('a party is kept as it was made, and joined by its code', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const ofAda = party('a', 'ada');
      expect(await store.create(ofAda)).toEqual({ kind: 'joined', party: ofAda });
      expect(await elsewhere.ofPlayer('ada')).toEqual(ofAda);
      expect(await store.ofPlayer('bob')).toBeNull();
      const both = party('a', 'ada', 'bob');
      expect(await elsewhere.join(ofAda.code, member('bob'))).toEqual({
        kind: 'joined',
        party: both,
      });
      for (const playerId of ['ada', 'bob']) expect(await store.ofPlayer(playerId)).toEqual(both);
      expect(await store.join('none', member('eve'))).toEqual({ kind: 'unknown-code' });
      expect(await store.ofPlayer('eve')).toBeNull();
    });

    test('nobody is in two parties, however many he makes and joins at once', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const ofAda = party('a', 'ada');
      await store.create(ofAda);
      const already = { kind: 'already-in-party', party: ofAda };
      expect(await store.create(ofAda)).toEqual(already);
      expect(await elsewhere.create(party('b', 'eve', 'ada'))).toEqual(already);
      expect(await elsewhere.join(ofAda.code, member('ada'))).toEqual(already);
      expect(await elsewhere.ofPlayer('eve')).toBeNull();
      const joined = await Promise.all([
        store.join(ofAda.code, member('bob')),
        elsewhere.create(party('c', 'bob')),
        store.create(party('d', 'bob')),
        elsewhere.join(ofAda.code, member('bob')),
      ]);
      expect(joined.filter(({ kind }) => kind === 'joined')).toHaveLength(1);
      expect(joined.filter(({ kind }) => kind === 'already-in-party')).toHaveLength(3);
    });

    test('a code leads to one party', async () => {
      await using opened = await open();
      const { store } = opened;
      const ofAda = party('a', 'ada');
      await store.create(ofAda);
      const sameCode = { ...party('b', 'eve'), code: ofAda.code };
      await expect(store.create(sameCode)).rejects.toThrow(
        expect.objectContaining({ code: 'DIRECTORY_UNAVAILABLE' }),
      );
      expect(await store.ofPlayer('eve')).toBeNull();
      await store.leave('ada');
      expect(await store.create(sameCode)).toEqual({ kind: 'joined', party: sameCode });
    });

    test('a party is full at the size of the largest team', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const ofAda = party('a', 'ada');
      await store.create(ofAda);
      const joined = await Promise.all(
        Array.from({ length: LARGEST_PARTY + 2 }, (_, i) =>
          (i % 2 === 0 ? store : elsewhere).join(ofAda.code, member(`p${i}`)),
        ),
      );
      expect(joined.filter(({ kind }) => kind === 'joined')).toHaveLength(LARGEST_PARTY - 1);
      expect(joined.filter(({ kind }) => kind === 'party-full')).toHaveLength(3);
      expect((await store.ofPlayer('ada'))?.members).toHaveLength(LARGEST_PARTY);
    });

    test('when the leader leaves it is the next; without its last it is over', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const ofAda = party('a', 'ada');
      await store.create(ofAda);
      await store.join(ofAda.code, member('bob'));
      await store.join(ofAda.code, member('eve'));
      expect(await elsewhere.leave('ada')).toEqual(party('a', 'bob', 'eve'));
      expect(await store.leave('ada')).toBeUndefined();
      expect(await store.ofPlayer('ada')).toBeNull();
      expect(await store.leave('eve')).toEqual(party('a', 'bob'));
      expect(await store.leave('bob')).toBeNull();
      expect(await store.leave('bob')).toBeUndefined();
      expect(await store.join(ofAda.code, member('ada'))).toEqual({ kind: 'unknown-code' });
    });

    test('every change is heard, on every node, in order', async () => {
      await using opened = await open();
      const { store, elsewhere } = opened;
      const here: Change[] = [];
      const there: Change[] = [];
      const dropped: Change[] = [];
      store.onChange((change) => here.push(change));
      elsewhere.onChange((change) => there.push(change));
      elsewhere.onChange((change) => dropped.push(change))();
      await store.create(party('a', 'ada'));
      await elsewhere.join('code-a', member('bob'));
      await store.join('code-a', member('bob'));
      await store.leave('ada');
      await elsewhere.leave('bob');
      const changes: Change[] = [
        { playerIds: ['ada'], party: party('a', 'ada') },
        { playerIds: ['ada', 'bob'], party: party('a', 'ada', 'bob') },
        { playerIds: ['ada'], party: null },
        { playerIds: ['bob'], party: party('a', 'bob') },
        { playerIds: ['bob'], party: null },
      ];
      await eventually(() => here.length >= changes.length && there.length >= changes.length, {
        withinMs: 5_000,
      });
      expect(here).toEqual(changes);
      expect(there).toEqual(changes);
      expect(dropped).toEqual([]);
    });
  });
}
