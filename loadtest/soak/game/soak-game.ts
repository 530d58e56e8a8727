// The game of the soak: durable rooms that anybody joins, and durable rooms that a queue fills and that end by themselves.

import { type Client, defineGame, parseRuleSet, Room } from 'meridian';
import { CloseCode } from '../../../src/protocol/close-codes.ts';
import { machineNowMs } from '../../machine/machine-clock.ts';
import { type LedgerEntry, OwnerLedger } from './owner-ledger.ts';
import {
  LOUNGE_SEATS,
  MATCH_SEATS,
  QUEUE,
  SoakInput,
  SoakPlayer,
  SoakState,
  STEP_HZ,
} from './soak-state.ts';

/** How long a match lasts: several in a run of minutes, each long enough to meet a fault. */
const MATCH_MS = 25_000;
const SEAT_KEPT_S = 30;
const TICKET_TIMEOUT_S = 60;

const folder = process.env['SOAK_LEDGER_FOLDER'];
const ledger = folder === undefined ? null : OwnerLedger.open(folder);

/** Lives as long as somebody sits in it. */
class LoungeRoom extends Room {
  static override allowAnonymous = true;
  override readonly durability = 'journal';
  override state = new SoakState();
  override maxClients = LOUNGE_SEATS;
  readonly #inputs = this.defineInput(SoakInput);
  #entry: LedgerEntry | null = null;

  override onCreate(): void {
    this.setFixedTimestep(() => this.#step(), STEP_HZ);
  }

  override onRestore(): void {
    this.state.lives++;
    // Before its first step somebody may look at it: what it shows then is no older than the moment it is back.
    this.state.madeAtMs = machineNowMs();
  }

  override onJoin(client: Client): void {
    this.state.players.set(client.sessionId, new SoakPlayer());
  }

  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, SEAT_KEPT_S);
  }

  override onLeave(client: Client): void {
    this.state.players.delete(client.sessionId);
  }

  /** The game ends the room: whoever sits in it has not lost it. */
  protected endByGame(): void {
    // One whose time ran out while nobody ran it is over here before its first step.
    this.#enterLedger()?.over(machineNowMs());
    void this.disconnect(CloseCode.CONSENTED);
  }

  #enterLedger(): LedgerEntry | null {
    this.#entry ??= ledger?.enter(this.roomId, this.state.lives) ?? null;
    return this.#entry;
  }

  #step(): void {
    const { state } = this;
    state.madeAtMs = machineNowMs();
    this.#enterLedger()?.stepped(state.madeAtMs);
    for (const [sessionId, player] of state.players) {
      for (const { number } of this.#inputs.get(sessionId)) {
        player.acted = Math.max(player.acted, number);
      }
    }
  }
}

/** Made by the queue, and over after a while. */
class MatchRoom extends LoungeRoom {
  override maxClients = MATCH_SEATS;

  override onCreate(): void {
    super.onCreate();
    this.timers.on('over', () => this.endByGame());
    if (!this.isRestored) this.timers.start('over', MATCH_MS);
  }
}

/** Every region is near enough at once: who is matched with whom says little here, that they are matched does. */
const rules = parseRuleSet({
  teams: { count: MATCH_SEATS, playersPerTeam: 1 },
  latency: { capMs: { value: 400 }, ceilingMs: 400 },
  weights: { latency: 0.1 },
  quality: 'fast',
  search: {
    regionsTried: {
      value: 1,
      expansions: [
        { waitTimeSeconds: 3, value: 2 },
        { waitTimeSeconds: 6, value: 5 },
      ],
    },
  },
  timeouts: { offerBotsAfterS: TICKET_TIMEOUT_S / 2, timeoutS: TICKET_TIMEOUT_S },
});

export const game = defineGame({
  rooms: { lounge: LoungeRoom, match: MatchRoom },
  queues: { [QUEUE]: { room: 'match', rules } },
});
