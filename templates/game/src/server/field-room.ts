import { type PlayerClient, Room } from 'meridian';
import { FIELD_SIZE, FieldState, Move, movePlayer, Player, STEP_RATE_HZ } from '../shared/field.ts';

/** How long the seat of somebody who lost the connection is kept. */
const SEAT_KEPT_S = 20;
/** Apart by the golden angle, any number of colours differ. */
const HUE_STEP = 137.5;

export class FieldRoom extends Room<{ state: FieldState; input: Move }> {
  override maxClients = 16;
  override state = new FieldState();
  override readonly inputs = this.defineInput(Move);
  #joined = 0;

  override onCreate(): void {
    this.setFixedTimestep((ctx) => {
      for (const [sessionId, player] of this.state.players) {
        for (const move of this.inputs.get(sessionId)) movePlayer(ctx, player, move);
      }
    }, STEP_RATE_HZ);
  }

  override onJoin(client: PlayerClient): void {
    const player = new Player();
    player.name = client.auth?.displayName ?? '';
    player.hue = Math.round(this.#joined * HUE_STEP) % 360;
    player.x = FIELD_SIZE * (0.25 + 0.5 * Math.random());
    player.y = FIELD_SIZE * (0.25 + 0.5 * Math.random());
    this.#joined += 1;
    this.state.players.set(client.sessionId, player);
  }

  override async onDrop(client: PlayerClient): Promise<void> {
    await this.allowReconnection(client, SEAT_KEPT_S);
  }

  override onLeave(client: PlayerClient): void {
    this.state.players.delete(client.sessionId);
  }
}
