import {
  Callbacks,
  type ConnectionState,
  type InputHandle,
  MeridianClient,
  type MeridianRoom,
  type Reconciler,
  type RoomPredict,
  type RoomStats,
} from '@meridian/client';
import { ARENA_MAP } from '../../shared/arena-map.ts';
import type { ArenaState, Fighter } from '../../shared/arena-state.ts';
import type { HitMessage, HurtMessage, KillMessage, PickupMessage } from '../../shared/messages.ts';
import { MoveInput } from '../../shared/move-input.ts';
import { BUTTON, STANCE } from '../../shared/rules.ts';
import { stepFighter } from '../../shared/step-fighter.ts';
import { isSameTeam } from '../../shared/teams.ts';
import { Trigger } from '../../shared/weapon.ts';
import type { Wish } from '../controls/wish.ts';
import type { Pose } from '../render/pose.ts';
import { ReturnGlide } from './return-glide.ts';
import { signInAs } from './sign-in.ts';

/** A jump farther than this between two patches is a respawn, in units. */
const TELEPORT_DISTANCE = 120;
/** Over an outage a fighter may have gone farther than between two patches, in units. */
const FARTHEST_GLIDE = 3 * TELEPORT_DISTANCE;

export interface JoinRequest {
  readonly displayName: string;
  /** From an invitation link; null for any arena. */
  readonly roomId: string | null;
  readonly rules: MatchRules;
}

/** What a match may differ in. Players with the same rules share an arena. */
export interface MatchRules {
  /** Bots fill up to this many fighters. */
  readonly bots: number;
  readonly killsToWin: number;
  readonly matchMs: number;
}

/** The own fighter as the reconciler predicts it. */
type PredictedBody = Pick<Reconciler<Fighter>, 'state' | 'dispose'>;

/** What the session tells the game, besides the state. */
export interface SessionListener {
  onFighterAdded(id: string, fighter: Fighter): void;
  onFighterRemoved(id: string, fighter: Fighter): void;
  /** At the moment it is to be seen: own shots at once, those of others when their picture has caught up. */
  onShot(id: string, fighter: Fighter, pose: Pose): void;
  onKill(kill: KillMessage): void;
  onHurt(hurt: HurtMessage): void;
  onHit(hit: HitMessage): void;
  onPickup(pickup: PickupMessage): void;
  onConnection(state: ConnectionState): void;
  onStats(stats: RoomStats): void;
}

/** The player's end of one arena: joins, predicts the own fighter, interpolates the others. */
export class ArenaSession {
  readonly #room: MeridianRoom<ArenaState>;
  readonly #predict: RoomPredict<ArenaState>;
  readonly #input: InputHandle<MoveInput>;
  readonly #trigger = new Trigger();
  /** Shots of others that have come, and are not to be seen yet. */
  readonly #pending: { atRoomMs: number; id: string; fighter: Fighter }[] = [];
  readonly #glide = new ReturnGlide(FARTHEST_GLIDE);
  /** Where everybody is drawn in this frame. */
  readonly #poses = new Map<string, Pose>();
  #me: PredictedBody | null = null;
  #listener: SessionListener | null = null;

  constructor(room: MeridianRoom<ArenaState>) {
    this.#room = room;
    // Stamping only the inputs that shoot keeps the others a byte shorter; nothing else is rewound.
    this.#input = room.input<MoveInput>({
      type: MoveInput,
      allowRewind: (input) => (input.buttons & BUTTON.fire) !== 0,
    });
    const fighters = { fields: ['x', 'y'], angles: ['aim'], snap: TELEPORT_DISTANCE } as const;
    this.#predict = room.predict({ smooth: { fighters } });
  }

  /**
   * @param client - of the page's own server when absent
   * @throws {MeridianError} when signing in or joining fails
   */
  static async join(request: JoinRequest, client = new MeridianClient()): Promise<ArenaSession> {
    await signInAs(client, request.displayName);
    const room =
      request.roomId === null
        ? await client.joinOrCreate<ArenaState>('arena', { ...request.rules })
        : await client.joinById<ArenaState>(request.roomId);
    return new ArenaSession(room);
  }

  get roomId(): string {
    return this.#room.roomId;
  }

  get myId(): string {
    return this.#room.sessionId;
  }

  get state(): ArenaState {
    return this.#room.state;
  }

  get me(): Fighter | undefined {
    return this.state.fighters?.get(this.myId);
  }

  /** Of the own squad. */
  isFriend(fighter: Fighter): boolean {
    const { me } = this;
    return me !== undefined && me !== fighter && isSameTeam(me, fighter);
  }

  get connection(): ConnectionState {
    return this.#room.connection;
  }

  /** The room's clock, ms. */
  get roomNowMs(): number {
    return this.#room.clock.serverNow();
  }

  get interpolationDelayMs(): number {
    return this.#predict.playback.delayMs;
  }

  listen(listener: SessionListener): void {
    this.#listener = listener;
    const callbacks = Callbacks.get(this.#room.colyseus);
    callbacks.onAdd('fighters', (fighter, id) => this.#addFighter(String(id), fighter));
    callbacks.onRemove('fighters', (fighter, id) => this.#removeFighter(String(id), fighter));
    callbacks.onAdd('fighters', (fighter, id) => {
      if (id === this.myId) return;
      callbacks.listen(
        fighter,
        'shots',
        () => {
          const atRoomMs = this.#room.clock.lastServerTime();
          this.#pending.push({ atRoomMs, id: String(id), fighter });
        },
        false,
      );
    });
    this.#room.onMessage<KillMessage>('kill', (kill) => listener.onKill(kill));
    this.#room.onMessage<HurtMessage>('hurt', (hurt) => listener.onHurt(hurt));
    this.#room.onMessage<HitMessage>('hit', (hit) => listener.onHit(hit));
    this.#room.onMessage<PickupMessage>('pickup', (pickup) => listener.onPickup(pickup));
    this.#room.onConnection((state) => listener.onConnection(state));
    // By the clock of the node that is left behind.
    this.#room.onResume(() => this.#pending.splice(0));
    this.#room.onStats((stats) => listener.onStats(stats));
  }

  /**
   * Sends the inputs that are due and predicts them. Call once per frame, before any pose is read.
   *
   * @param nowMs - the frame's timestamp
   * @param readWish - asked once for each input
   */
  frame(nowMs: number, readWish: () => Wish): void {
    for (let due = this.#predict.tick(nowMs); due > 0; due -= 1) this.#sendInput(readWish());
    this.#placeFighters(nowMs);
    const { roomMs } = this.#predict;
    while (this.#pending[0] !== undefined && this.#pending[0].atRoomMs <= roomMs) {
      const shot = this.#pending.shift();
      if (shot === undefined || shot.fighter.stance === STANCE.dead) continue;
      this.#listener?.onShot(shot.id, shot.fighter, this.pose(shot.id, shot.fighter));
    }
  }

  /** Where to draw a fighter now: the own one predicted, the others a moment in the past. */
  pose(id: string, fighter: Fighter): Pose {
    return this.#poses.get(id) ?? this.#placeOf(id, fighter);
  }

  /** Steps until the next dash, predicted. */
  get dashClock(): number {
    return this.#me?.state.dashClock ?? 0;
  }

  async leave(): Promise<void> {
    this.#listener = null;
    this.#predict.dispose();
    await this.#room.leave();
  }

  #addFighter(id: string, fighter: Fighter): void {
    if (id === this.myId) this.#predictMe(fighter);
    this.#listener?.onFighterAdded(id, fighter);
  }

  #removeFighter(id: string, fighter: Fighter): void {
    this.#poses.delete(id);
    this.#listener?.onFighterRemoved(id, fighter);
  }

  #placeFighters(nowMs: number): void {
    const isDown = this.connection.kind === 'reconnecting';
    this.#glide.frame(nowMs, isDown);
    for (const [id, fighter] of this.state.fighters) {
      const last = this.#poses.get(id);
      // Without a link nothing of mine is predicted: I stand where I was, not where the room last saw me.
      const real =
        isDown && id === this.myId && last !== undefined
          ? { x: last.x, y: last.y, aim: this.#input.data.aim }
          : this.#placeOf(id, fighter);
      this.#poses.set(id, isDown ? real : this.#glide.drawn(last, real));
    }
  }

  #placeOf(id: string, fighter: Fighter): Pose {
    return {
      x: this.#predict.value(fighter, 'x'),
      y: this.#predict.value(fighter, 'y'),
      aim: id === this.myId ? this.#input.data.aim : this.#predict.value(fighter, 'aim'),
    };
  }

  #predictMe(fighter: Fighter): void {
    this.#me?.dispose();
    const me: PredictedBody = this.#predict.reconciler<Fighter, MoveInput>(fighter, {
      input: this.#input,
      fields: ['x', 'y', 'dashClock', 'effects', 'stance'],
      step: (ctx, body, input) => stepFighter(body, input, ctx.dt, ARENA_MAP),
      smoothMs: 60,
      snap: TELEPORT_DISTANCE,
    });
    this.#me = me;
    this.#input.data.aim = fighter.aim;
  }

  #sendInput(wish: Wish): void {
    const { data } = this.#input;
    data.moveX = toAxis(wish.moveX);
    data.moveY = toAxis(wish.moveY);
    data.buttons = wish.buttons;
    if (wish.aim !== null) data.aim = wish.aim;
    const isSent = this.#input.send() !== 0;
    const me = this.me;
    if (!isSent || me === undefined || this.#me === null) return;
    const body = this.#me.state;
    // The room pulls the same trigger with the same input: what is shown now is what will have happened.
    if (this.#trigger.pull(data.buttons, body.stance)) {
      this.#listener?.onShot(this.myId, me, { x: body.x, y: body.y, aim: data.aim });
    }
  }
}

function toAxis(value: number): number {
  return Math.round(Math.max(-1, Math.min(1, value)) * 127);
}
