// The game of the chaos runs over five regions: the rooms of the one-region runs, and a queue whose matches cross regions.

import { schema, t } from '@colyseus/schema';
import { defineGame, type PlayerClient, type PlayerIdentity, parseRuleSet, Room } from 'meridian';
import { machineNowMs } from '../../machine/machine-clock.ts';
import { game as chaosGame } from '../chaos-game.ts';
import { PLAYERS_OF_A_MATCH, QUEUE, TICKET_TIMEOUT_S } from './queue.ts';
import { openWitness } from './witness.ts';

const witness = openWitness(process.env['CHAOS_WITNESS_FILE']);
const regionId = process.env['MERIDIAN_REGION_ID'] ?? '';

const MatchState = schema({ seats: t.uint8().default(0) }, 'MatchState');

/** Writes down which match it was made for, and who came. */
class MatchRoom extends Room {
  override readonly durability = 'journal';
  override state = new MatchState();
  override maxClients = PLAYERS_OF_A_MATCH;

  override onCreate(): void {
    if (this.isRestored || this.match === null) return;
    const { matchId, teams } = this.match;
    const playerIds = teams.flatMap(({ players }) => players.map(({ playerId }) => playerId));
    const atMs = machineNowMs();
    witness?.({ kind: 'made', roomId: this.roomId, matchId, regionId, playerIds, atMs });
  }

  override onJoin(client: PlayerClient): void {
    this.state.seats++;
    const { playerId } = client.auth as PlayerIdentity;
    const { roomId } = this;
    const matchId = this.match?.matchId ?? '';
    witness?.({ kind: 'seated', roomId, matchId, playerId, atMs: machineNowMs() });
  }
}

/**
 * All regions are near enough for everybody within three seconds, and a home has too few players for a match of its own in that time:
 * most matches need tickets of other regions, claimed over the links.
 */
const rules = parseRuleSet({
  teams: { count: 2, playersPerTeam: PLAYERS_OF_A_MATCH / 2 },
  latency: { capMs: { value: 400 }, ceilingMs: 400 },
  weights: { latency: 0.1 },
  quality: 'fast',
  search: {
    regionsTried: {
      value: 1,
      expansions: [
        { waitTimeSeconds: 1, value: 2 },
        { waitTimeSeconds: 2, value: 3 },
        { waitTimeSeconds: 3, value: 5 },
      ],
    },
  },
  timeouts: { offerBotsAfterS: TICKET_TIMEOUT_S / 2, timeoutS: TICKET_TIMEOUT_S },
});

export const game = defineGame({
  rooms: { ...chaosGame.rooms, match: MatchRoom },
  queues: { [QUEUE]: { room: 'match', rules } },
});
