import {
  type InputHandle,
  type MatchTicket,
  MemoryStorage,
  MeridianClient,
  type MeridianRoom,
} from '@meridian/client';
import { API_PREFIX, CloseCode } from '../../../src/protocol/index.ts';
import { getJson } from '../../bots/get-json.ts';
import { machineNowMs } from '../../machine/machine-clock.ts';
import { QUEUE } from '../game/soak-state.ts';
import type { PlannedPlayer } from '../population.ts';
import { codeOf } from './code-of.ts';
import { type PlayerEvents, SoakPlayer, type SoakView } from './player.ts';

/** Between two matches, and two tries, ms. */
const PAUSE_MS = { from: 1_000, to: 3_000 } as const;
const LOOK_WITHIN_MS = 5_000;

/** Enters the queue with the real client SDK, plays the match to its end wherever it is, enters again. */
export class MatchedPlayer extends SoakPlayer {
  readonly #door: string;
  readonly #dice: () => number;
  #client: MeridianClient | null = null;
  #room: MeridianRoom<SoakView> | null = null;
  #input: InputHandle<{ number: number }> | null = null;
  #isBusy = false;
  #isStopped = false;
  #notBeforeMs = 0;

  /** @param door - of the region he lives in, `host:port` */
  constructor(planned: PlannedPlayer, door: string, dice: () => number, events: PlayerEvents) {
    super(planned, events);
    this.#door = door;
    this.#dice = dice;
  }

  override get isConnected(): boolean {
    const kind = this.#room?.connection.kind;
    return kind === 'connected' || kind === 'resumed';
  }

  override lookAround(): void {
    if (this.#isBusy || this.#isStopped || machineNowMs() < this.#notBeforeMs) return;
    this.#isBusy = true;
    void this.#playOnce().finally(() => {
      this.#isBusy = false;
      this.#notBeforeMs =
        machineNowMs() + PAUSE_MS.from + (PAUSE_MS.to - PAUSE_MS.from) * this.#dice();
    });
  }

  /** Its link is the SDK's own; only roaming players stall. */
  override stall(): void {}

  override stop(): void {
    this.#isStopped = true;
    void this.#room?.leave();
  }

  protected override send(number: number): boolean {
    if (this.#input === null) return false;
    this.#input.data.number = number;
    // 0: nothing was sent, the connection is closing.
    return this.#input.send() > 0;
  }

  /** From the queue to the end of the match. Never rejects. */
  async #playOnce(): Promise<void> {
    let via: 'queue' | 'seat' = 'queue';
    try {
      this.#client ??= await this.#arrive();
      await this.#lookAtHimself(this.#client);
      const enteredAtMs = machineNowMs();
      const ticket = await this.#client.matchmaking.enter(QUEUE);
      const regionId = await matchedIn(ticket);
      this.events.waited(machineNowMs() - enteredAtMs);
      via = 'seat';
      this.account.asked(machineNowMs());
      await this.#play(await ticket.join<SoakView>(), regionId);
    } catch (error) {
      // Back to the queue: whoever waits for a match has none that could be live.
      if (via === 'seat') this.leaves();
      const atMs = machineNowMs();
      this.events.failed({ player: this.index, via, code: codeOf(error), atMs });
    }
  }

  async #arrive(): Promise<MeridianClient> {
    const client = new MeridianClient(`http://${this.#door}`, { storage: new MemoryStorage() });
    await client.signInAsGuest();
    await client.regions.probe();
    return client;
  }

  /** His own profile, and what everybody may know of him: what a lobby shows. */
  async #lookAtHimself(client: MeridianClient): Promise<void> {
    const { playerId } = await client.profile.get();
    await getJson(this.#door, `${API_PREFIX}/profiles/${playerId}`, { timeoutMs: LOOK_WITHIN_MS });
  }

  /** Resolves when the match is over for this player, whoever ended it. */
  async #play(room: MeridianRoom<SoakView>, regionId: string): Promise<void> {
    this.#room = room;
    this.#input = room.input<{ number: number }>({ mode: 'reliable' });
    this.enters(room.roomId, regionId);
    this.events.joined('queue');
    this.sees(room.state, room.sessionId);
    const end = await new Promise<{ readonly code: number; readonly reason: string }>((resolve) => {
      room.onStateChange((state) => {
        this.sees(state, room.sessionId);
        // He counts on what he does taking effect, and it does: games report how their predictions fare.
        room.stats.recordCorrection(0);
      });
      room.onLeave((code, reason) => resolve({ code, reason }));
    });
    this.#room = null;
    this.#input = null;
    if (this.#isStopped) return;
    if (end.code !== CloseCode.CONSENTED) this.loses(`${end.code} ${end.reason}`);
    // He is back in the queue next, where nobody has a match.
    this.leaves();
  }
}

/** The region of the match. @throws {Error} when the ticket ends without one */
async function matchedIn(ticket: MatchTicket): Promise<string> {
  const body = await new Promise<MatchTicket['body']>((resolve) => {
    const look = (now: MatchTicket['body']) => {
      if (now.state !== 'queued' && now.state !== 'searching') resolve(now);
    };
    ticket.onChange(look);
    look(ticket.body);
  });
  if (body.state === 'matched') return body.match?.regionId ?? '';
  throw body.state === 'lost' ? body.error : new Error(body.state);
}
