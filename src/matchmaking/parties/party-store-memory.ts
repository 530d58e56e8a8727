import { directoryUnavailable } from '../../cluster/directory-unavailable.ts';
import type { Clock } from '../../shared/clock.ts';
import { MemoryStoreListeners } from '../memory-store-listeners.ts';
import { LARGEST_PARTY } from '../pool/ticket.ts';
import type { Party, PartyJoined, PartyMember, PartyStore } from './party.ts';

/** A party that nothing happens to for so long is over. */
const PARTY_MS = 3_600_000;

interface PartyChange {
  readonly playerIds: readonly string[];
  readonly party: Party | null;
}

/** The parties of one process. */
export class MemoryPartyStore implements PartyStore {
  readonly #clock: Clock;
  /** By code; the one that something has happened to last is the last. */
  readonly #parties = new Map<string, { readonly party: Party; readonly changedAtMs: number }>();
  /** Codes of their parties. */
  readonly #codeOf = new Map<string, string>();
  readonly #listeners = new MemoryStoreListeners<PartyChange>();

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  /** @throws {GameError} `DIRECTORY_UNAVAILABLE` when another party has the code: another try has another one */
  async create(party: Party): Promise<PartyJoined> {
    for (const { playerId } of party.members) {
      const other = this.#partyOf(playerId);
      if (other !== null) return { kind: 'already-in-party', party: other };
    }
    if (this.#parties.has(party.code)) throw directoryUnavailable();
    this.#write(party);
    return { kind: 'joined', party };
  }

  async join(code: string, member: PartyMember): Promise<PartyJoined> {
    const other = this.#partyOf(member.playerId);
    if (other !== null) return { kind: 'already-in-party', party: other };
    const party = this.#parties.get(code)?.party;
    if (party === undefined) return { kind: 'unknown-code' };
    if (party.members.length >= LARGEST_PARTY) return { kind: 'party-full' };
    const joined = { ...party, members: [...party.members, member] };
    this.#write(joined);
    return { kind: 'joined', party: joined };
  }

  async leave(playerId: string): Promise<Party | null | undefined> {
    const party = this.#partyOf(playerId);
    if (party === null) return undefined;
    this.#codeOf.delete(playerId);
    this.#listeners.tell({ playerIds: [playerId], party: null });
    const members = party.members.filter((member) => member.playerId !== playerId);
    if (members.length === 0) {
      this.#parties.delete(party.code);
      return null;
    }
    const left = { ...party, members };
    this.#write(left);
    return left;
  }

  async ofPlayer(playerId: string): Promise<Party | null> {
    return this.#partyOf(playerId);
  }

  onChange(listener: (change: PartyChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  #partyOf(playerId: string): Party | null {
    this.#forgetOld();
    return this.#parties.get(this.#codeOf.get(playerId) ?? '')?.party ?? null;
  }

  #write(party: Party): void {
    const playerIds = party.members.map(({ playerId }) => playerId);
    this.#parties.delete(party.code);
    this.#parties.set(party.code, { party, changedAtMs: this.#clock.monotonicMs() });
    for (const playerId of playerIds) this.#codeOf.set(playerId, party.code);
    this.#listeners.tell({ playerIds, party });
  }

  #forgetOld(): void {
    const until = this.#clock.monotonicMs() - PARTY_MS;
    for (const [code, { party, changedAtMs }] of this.#parties) {
      if (changedAtMs > until) return;
      this.#parties.delete(code);
      for (const { playerId } of party.members) this.#codeOf.delete(playerId);
    }
  }
}
