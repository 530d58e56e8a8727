import { FollowingClient } from '../../bots/following-client.ts';
import type { RoomClient } from '../../bots/room-client.ts';
import type { Misbehaviour } from '../chaos-state.ts';
import type { BotKind, Stay } from '../evidence/stay.ts';
import { type ChaosView, StayRecorder } from './stay-recorder.ts';

export interface ChaosBotOptions {
  readonly index: number;
  /** The region's address, `host:port`. */
  readonly frontDoor: string;
  readonly roomName: string;
  readonly joinOptions: Readonly<Record<string, unknown>>;
}

export interface ChaosBotEvents {
  onStay(stay: Stay): void;
  onEnded(roomId: string, reason: string): void;
}

/** A player of a chaos room: counts aloud, by messages and by inputs, and records what becomes of it. */
export interface ChaosBot {
  readonly index: number;
  readonly kind: BotKind;
  readonly sessionId: string;
  readonly roomId: string;
  readonly isSeated: boolean;
  readonly hasEnded: boolean;
  readonly recorder: StayRecorder;
  /** One number more, unless nothing can be sent now. */
  add(): void;
  move(): void;
  misbehave(how: Misbehaviour): void;
  checkLink(): void;
  leave(): void;
}

/** The cheap one, for crowds. */
export class LightBot implements ChaosBot {
  readonly kind = 'light';
  readonly index: number;
  readonly recorder: StayRecorder;
  readonly #client: FollowingClient;

  static async join(options: ChaosBotOptions, events: ChaosBotEvents): Promise<LightBot> {
    const { index, roomName } = options;
    let recorder: StayRecorder | undefined;
    const client = await FollowingClient.join(options, {
      onSeated: (seated) => {
        const { sessionId, roomId } = seated;
        recorder ??= new StayRecorder(
          { bot: index, kind: 'light', sessionId, roomId, roomName },
          (stay) => events.onStay(stay),
        );
        recorder.connected(seated.resumePoint?.epoch ?? null);
        recorder.seen(viewOf(seated));
      },
      onPatch: (from) => recorder?.seen(viewOf(from)),
      onDropped: (code, reason) => recorder?.dropped(code, reason),
      onEnded: (reason, seat) => events.onEnded(seat.roomId, reason),
    });
    return new LightBot(index, client, recorder as StayRecorder | undefined);
  }

  private constructor(index: number, client: FollowingClient, recorder: StayRecorder | undefined) {
    if (recorder === undefined) throw new Error('A client has joined without being seated.');
    this.index = index;
    this.#client = client;
    this.recorder = recorder;
  }

  get sessionId(): string {
    return this.#client.seat.sessionId;
  }

  get roomId(): string {
    return this.#client.seat.roomId;
  }

  get isSeated(): boolean {
    return this.#client.isSeated;
  }

  get hasEnded(): boolean {
    return this.#client.hasEnded;
  }

  add(): void {
    const n = this.recorder.addsSent + 1;
    if (this.#client.sendMessage('add', { n })) this.recorder.addsSent = n;
  }

  move(): void {
    const number = this.recorder.inputsSent + 1;
    if (this.#client.sendInput({ number })) this.recorder.inputsSent = number;
  }

  misbehave(how: Misbehaviour): void {
    this.#client.sendMessage('misbehave', how);
  }

  checkLink(): void {
    this.#client.checkLink();
  }

  leave(): void {
    this.#client.leave();
  }
}

function viewOf(client: RoomClient): ChaosView {
  return client.replica?.state as unknown as ChaosView;
}
