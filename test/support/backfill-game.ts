// Rooms that ask for players when theirs have left; they say who plays in them, and do as their players say.

import { schema, t } from '@colyseus/schema';
import { actionRules, defineGame, type PlayerClient, type PlayerIdentity, Room } from 'meridian';

const RunningState = schema(
  {
    /** Everybody who ever came, as `<name>: <team> <role>`. */
    came: t.array('string'),
    /** Everybody who left for good, as `<name> left`. */
    left: t.array('string'),
    /** The teams as the match knows them: names, by commas and semicolons. */
    lineUp: t.string().default(''),
    isRestored: t.boolean().default(false),
  },
  'RunningState',
);

class RunningRoom extends Room {
  override state = new RunningState();
  override readonly durability = 'journal';
  /** Tests wait for seats that expire. */
  override seatReservationTimeout = 6;
  override messages = {
    backfill: () => this.match?.backfill(),
    stop: () => this.match?.stopBackfill(),
    lock: () => void this.lock(),
    unlock: () => void this.unlock(),
    over: () => void this.disconnect(),
    /** Ranks of the teams. */
    end: async (client: PlayerClient, ranks: number[]) => {
      await this.match?.report(ranks);
      client.send('ended', {});
    },
  };

  override onCreate() {
    this.match?.backfill();
    this.setFixedTimestep(() => this.#tell(), 20);
  }

  override onRestore() {
    this.state.isRestored = true;
  }

  override async onDrop(client: PlayerClient) {
    await this.allowReconnection(client, 20).catch(() => undefined);
  }

  override onJoin(client: PlayerClient) {
    const { playerId, displayName } = client.auth as PlayerIdentity;
    const place = this.match?.placeOf(playerId);
    this.state.came.push(`${displayName}: ${place?.team ?? 'no team'} ${place?.role ?? 'no role'}`);
  }

  override onLeave(client: PlayerClient) {
    this.state.left.push(`${(client.auth as PlayerIdentity).displayName} left`);
  }

  #tell() {
    const teams = this.match?.teams ?? [];
    const lineUp = teams
      .map(({ players }) => players.map(({ displayName }) => displayName).join())
      .join(';');
    if (lineUp !== this.state.lineUp) this.state.lineUp = lineUp;
  }
}

const PAIRS = { count: 2, playersPerTeam: 2 };
const DUEL = { count: 2, playersPerTeam: 1 };

export const game = defineGame({
  rooms: { running: RunningRoom },
  queues: {
    pairs: { room: 'running', rules: actionRules(PAIRS) },
    roles: { room: 'running', rules: actionRules({ ...PAIRS, roles: { tank: 1, healer: 1 } }) },
    duel: { room: 'running', rules: actionRules(DUEL) },
  },
});
