// A game with events of its own: rooms where players count, and say so.

import { schema, t } from '@colyseus/schema';
import {
  actionRules,
  type Client,
  defineEvents,
  defineGame,
  type PlayerClient,
  type PlayerOperation,
  Room,
} from 'meridian';
import { z } from 'zod';

const events = defineEvents({
  counted: { version: 2, fields: { by: z.int().min(1), word: z.string().max(32) } },
});

const CountState = schema({ count: t.uint32().default(0) }, 'CountState');

class CountRoom extends Room {
  override readonly durability = 'journal';
  override state = new CountState();
  override messages = {
    count: (client: Client, { by, word }: { by: number; word: string }) => {
      this.state.count += 1;
      this.analytics.record(events.counted, { by, word }, client);
    },
    operate: async (client: PlayerClient, operation: PlayerOperation) => {
      const { kind } = await this.profiles.operate(client.auth?.playerId ?? '', operation);
      client.send('operated', kind);
    },
  };
}

class MatchRoom extends Room {
  override state = new CountState();
  override messages = {
    end: async (client: Client, ranks: number[]) => {
      await this.match?.report(ranks);
      client.send('ended', {});
    },
  };
}

export const game = defineGame({
  rooms: { count: CountRoom, match: MatchRoom },
  queues: { duel: { room: 'match', rules: actionRules({ count: 2, playersPerTeam: 1 }) } },
  analytics: events,
});
