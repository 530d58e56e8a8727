import {
  type InputHandle,
  MemoryStorage,
  MeridianClient,
  type MeridianRoom,
} from '@meridian/client';
import type { Misbehaviour } from '../chaos-state.ts';
import type { ChaosBot, ChaosBotEvents, ChaosBotOptions } from './chaos-bot.ts';
import { type ChaosView, StayRecorder } from './stay-recorder.ts';

/** A player with the real client SDK: what it sees is what users see. */
export class SdkBot implements ChaosBot {
  readonly kind = 'sdk';
  readonly index: number;
  readonly recorder: StayRecorder;
  hasEnded = false;
  readonly #room: MeridianRoom<ChaosView>;
  readonly #input: InputHandle<{ number: number }>;

  static async join(options: ChaosBotOptions, events: ChaosBotEvents): Promise<SdkBot> {
    const client = new MeridianClient(`http://${options.frontDoor}`, {
      storage: new MemoryStorage(),
    });
    await client.signInAsGuest();
    const room = await client.joinOrCreate<ChaosView>(options.roomName, options.joinOptions);
    return new SdkBot(options, room, events);
  }

  private constructor(
    options: ChaosBotOptions,
    room: MeridianRoom<ChaosView>,
    events: ChaosBotEvents,
  ) {
    const { sessionId, roomId } = room;
    this.index = options.index;
    this.#room = room;
    this.recorder = new StayRecorder(
      { bot: options.index, kind: 'sdk', sessionId, roomId, roomName: options.roomName },
      (stay) => events.onStay(stay),
    );
    this.#input = room.input<{ number: number }>({ mode: 'reliable' });
    this.recorder.connected(null);
    room.onStateChange((state) => this.recorder.seen(state));
    room.colyseus.onDrop((code, reason) => this.recorder.dropped(code, reason ?? ''));
    room.onLeave((code, reason) => {
      if (this.hasEnded) return;
      this.hasEnded = true;
      this.recorder.dropped(code, reason);
      events.onEnded(roomId, `${code} ${reason}`);
    });
  }

  get sessionId(): string {
    return this.#room.sessionId;
  }

  get roomId(): string {
    return this.#room.roomId;
  }

  get isSeated(): boolean {
    const { kind } = this.#room.connection;
    return kind === 'connected' || kind === 'resumed';
  }

  add(): void {
    if (!this.isSeated) return;
    this.#room.send('add', { n: ++this.recorder.addsSent });
  }

  move(): void {
    if (!this.isSeated) return;
    const number = this.recorder.inputsSent + 1;
    this.#input.data.number = number;
    // 0: nothing was sent, the connection is closing.
    if (this.#input.send() > 0) this.recorder.inputsSent = number;
  }

  misbehave(how: Misbehaviour): void {
    this.#room.send('misbehave', how);
  }

  checkLink(): void {
    // The SDK watches its link by itself.
  }

  leave(): void {
    this.hasEnded = true;
    void this.#room.leave();
  }
}
