import type { PartyBody } from '../../protocol/matchmaking.ts';
import type { Party } from './party.ts';

/** A party as its members see it. */
export function partyBody({ partyId, code, members }: Party, regionId: string): PartyBody {
  return {
    partyId,
    code,
    regionId,
    leaderId: members[0]?.playerId ?? '',
    members: members.map(({ playerId, displayName }) => ({ playerId, displayName })),
  };
}
