// Duels and threes for whoever the matchmaker puts together; a room says who is in it, and ends as its players say.

import { schema, t } from '@colyseus/schema';
import {
  actionRules,
  defineGame,
  type GameError,
  type PlayerClient,
  type PlayerIdentity,
  parseRuleSet,
  Room,
} from 'meridian';

const MatchState = schema(
  { queue: t.string().default(''), seats: t.array('string') },
  'MatchState',
);

class MatchRoom extends Room {
  override state = new MatchState();
  override readonly durability = 'journal';
  override messages = {
    /** Ranks of the teams. */
    end: async (client: PlayerClient, ranks: number[]) => {
      try {
        await this.match?.report(ranks);
        client.send('ended', {});
      } catch (error) {
        client.send('refused', (error as GameError).toBody());
      }
    },
    /** Adds to the sender's statistics. */
    rate: async (client: PlayerClient, additions: Record<string, number>) => {
      const { playerId } = client.auth as PlayerIdentity;
      await this.profiles.addStatistics(playerId, additions).then(
        () => client.send('rated', {}),
        (error: GameError) => client.send('refused', error.toBody()),
      );
    },
  };

  override onCreate() {
    this.state.queue = this.match?.queue ?? '';
  }

  override onJoin(client: PlayerClient) {
    const { playerId, displayName } = client.auth as PlayerIdentity;
    const place = this.match?.placeOf(playerId);
    this.state.seats.push(`${displayName} in ${place?.team ?? 'no'}`);
  }
}

const TWO_TEAMS = { count: 2, playersPerTeam: 1 };

export const game = defineGame({
  rooms: { match: MatchRoom },
  queues: {
    duel: { room: 'match', rules: actionRules(TWO_TEAMS) },
    party: { room: 'match', rules: actionRules({ count: 2, playersPerTeam: 2 }) },
    hasty: {
      room: 'match',
      rules: parseRuleSet({
        teams: TWO_TEAMS,
        latency: { capMs: { value: 80 } },
        timeouts: { offerBotsAfterS: 0.5, timeoutS: 1 },
      }),
    },
    roles: {
      room: 'match',
      rules: actionRules({ count: 2, playersPerTeam: 2, roles: { tank: 1, healer: 1 } }),
    },
  },
});
