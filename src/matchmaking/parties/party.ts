import { z } from 'zod';
import { WireId } from '../../shared/wire-id.ts';
import { LARGEST_PARTY } from '../pool/ticket.ts';

/** One who would play with the others, and what his tickets need of him. */
export const PartyMember = z.object({
  playerId: WireId,
  displayName: z.string(),
  /** As the regions measured it, ms. */
  latencyMsByRegion: z.record(WireId, z.number()),
  roles: z.array(WireId).exactOptional(),
  avoids: z.array(WireId).exactOptional(),
});
export type PartyMember = z.infer<typeof PartyMember>;

/** Players who queue together. The first is the leader; when he leaves, it is the next. */
export const Party = z.object({
  partyId: WireId,
  /** By which others join; good in the party's region. */
  code: z.string(),
  members: z.array(PartyMember).min(1).max(LARGEST_PARTY),
});
export type Party = z.infer<typeof Party>;

export type PartyJoined =
  | { readonly kind: 'joined'; readonly party: Party }
  | { readonly kind: 'unknown-code' }
  | { readonly kind: 'party-full' }
  /** He is in a party already, perhaps in this one. */
  | { readonly kind: 'already-in-party'; readonly party: Party };

/** The parties of this region. A party that nothing happens to for an hour is over. Rejects as `TicketStore` does. */
export interface PartyStore {
  /** @returns `already-in-party`, or `joined` */
  create(party: Party): Promise<PartyJoined>;
  join(code: string, member: PartyMember): Promise<PartyJoined>;
  /** @returns the party without him, null when he was its last; undefined when he was in none */
  leave(playerId: string): Promise<Party | null | undefined>;
  ofPlayer(playerId: string): Promise<Party | null>;
  /** What has become of a party, on every node; `null` for those who are in it no more. @returns stops listening */
  onChange(
    listener: (change: {
      readonly playerIds: readonly string[];
      readonly party: Party | null;
    }) => void,
  ): () => void;
  close(): Promise<void>;
}
