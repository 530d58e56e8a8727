import type { ConnectionState, RoomStats } from '@meridian/client';
import type { Fighter } from '../shared/arena-state.ts';
import type { HitMessage, HurtMessage, KillMessage, PickupMessage } from '../shared/messages.ts';
import { MATCH_PHASE, PICKUP_KIND, STANCE } from '../shared/rules.ts';
import { isDashing } from '../shared/step-fighter.ts';
import { traceShot } from '../shared/weapon.ts';
import type { Sounds } from './audio/sounds.ts';
import { Controls } from './controls/controls.ts';
import { Gamepads } from './controls/gamepads.ts';
import { KeyboardMouse } from './controls/keyboard-mouse.ts';
import { TouchSticks } from './controls/touch-sticks.ts';
import type { Wish } from './controls/wish.ts';
import { byId } from './hud/dom.ts';
import type { Hud } from './hud/hud.ts';
import type { ArenaSession, SessionListener } from './net/arena-session.ts';
import { PALETTE } from './render/palette.ts';
import type { Pose } from './render/pose.ts';
import type { Stage } from './render/stage.ts';
import { Spectacle } from './spectacle.ts';

/** How far the camera looks ahead along the aim, as a part of the way to the pointer. */
const LOOK_AHEAD = 0.16;
const MOST_LOOK_AHEAD = 150;
const PICKUP_NAMES: Readonly<Record<number, string>> = {
  [PICKUP_KIND.health]: 'Repaired',
  [PICKUP_KIND.haste]: 'Haste',
  [PICKUP_KIND.triple]: 'Triple shot',
};

/** One visit to one arena: brings session, picture, sound and controls together, frame by frame. */
export class Game implements SessionListener {
  readonly #session: ArenaSession;
  readonly #stage: Stage;
  readonly #hud: Hud;
  readonly #sounds: Sounds;
  readonly #spectacle: Spectacle;
  readonly #keyboardMouse: KeyboardMouse;
  readonly #touch: TouchSticks;
  readonly #controls: Controls;
  readonly #onConnection: (state: ConnectionState) => void;
  readonly #lastStance = new Map<string, number>();
  #phase = -1;
  #wasDashing = false;
  #hits = 0;
  /** Where my fighter was drawn last, CSS pixels: inputs are read before this frame's picture is known. */
  #aimOrigin = { x: innerWidth / 2, y: innerHeight / 2, aim: 0 };

  constructor(deps: {
    session: ArenaSession;
    stage: Stage;
    hud: Hud;
    sounds: Sounds;
    onConnection: (state: ConnectionState) => void;
  }) {
    this.#session = deps.session;
    this.#stage = deps.stage;
    this.#hud = deps.hud;
    this.#sounds = deps.sounds;
    this.#spectacle = new Spectacle(deps);
    this.#onConnection = deps.onConnection;
    const surface = byId('stage');
    this.#keyboardMouse = new KeyboardMouse(surface);
    this.#touch = new TouchSticks(surface, byId('touch-dash'));
    this.#controls = new Controls(this.#keyboardMouse, this.#touch, new Gamepads());
    this.#stage.setField(this.#session.field);
    this.#session.listen(this);
  }

  /** Own shots that have hit somebody. */
  get hits(): number {
    return this.#hits;
  }

  get session(): ArenaSession {
    return this.#session;
  }

  /** @param nowMs - the frame's timestamp @param elapsedMs - since the last frame */
  frame(nowMs: number, elapsedMs: number): void {
    const { state } = this.#session;
    if (state.fighters === undefined) return;
    this.#session.frame(nowMs, () => this.#readWish());
    for (const [id, fighter] of state.fighters) {
      const pose = this.#session.pose(id, fighter);
      this.#noticeStance(id, fighter, pose);
      const isInView = this.#stage.isInView(pose.x, pose.y);
      this.#stage.fighter(id)?.update(fighter, pose, elapsedMs, isInView);
    }
    this.#noticePhase(state.phase);
    this.#drawSight();
    this.#moveCamera(elapsedMs);
    const { roomNowMs } = this.#session;
    this.#stage.updatePickups(state.pickups, roomNowMs, elapsedMs);
    this.#hud.update({
      state,
      myId: this.#session.myId,
      roomId: this.#session.roomId,
      roomNowMs,
      nowMs,
      summary: this.#session.summary,
      field: this.#session.field,
      dashClock: this.#session.dashClock,
      view: this.#stage.camera.visible(),
      delayMs: this.#session.interpolationDelayMs,
      renderer: this.#stage.rendererName,
    });
  }

  async leave(): Promise<void> {
    this.#stage.hideSight();
    this.#keyboardMouse.close();
    this.#touch.close();
    for (const id of this.#lastStance.keys()) this.#stage.removeFighter(id);
    this.#hud.reset();
    await this.#session.leave();
  }

  onFighterAdded(id: string, fighter: Fighter): void {
    const isMe = id === this.#session.myId;
    this.#stage.addFighter(id, fighter, {
      isMe,
      isFriend: this.#session.isFriend(fighter),
      showsName: this.#session.summary === null || isMe || !fighter.isBot,
    });
    // In a battle, who comes into sight has not come into the world.
    const hasArrived = isMe || this.#session.summary === null;
    this.#lastStance.set(id, hasArrived ? STANCE.dead : fighter.stance);
    if (isMe) this.#stage.camera.jumpTo(fighter.x, fighter.y);
  }

  onFighterRemoved(id: string): void {
    this.#stage.removeFighter(id);
    this.#lastStance.delete(id);
  }

  onShot(id: string, fighter: Fighter, pose: Pose): void {
    this.#spectacle.shoot(id, fighter, pose);
  }

  onKill(kill: KillMessage): void {
    this.#hud.feed.show(kill, (id) => this.#sideOf(id));
    if (kill.killerId === this.#session.myId) this.#sounds.play('kill');
    if (kill.victimId === this.#session.myId) this.#hud.nameKiller(kill.killerName);
  }

  onHurt(hurt: HurtMessage): void {
    const me = this.#session.me;
    if (me === undefined) return;
    const pose = this.#session.pose(this.#session.myId, me);
    this.#hud.showDamageFrom(hurt, pose, this.#toScreen(pose));
    this.#stage.camera.shake(0.34);
    this.#sounds.play('hurt');
  }

  onHit(hit: HitMessage): void {
    this.#hits += 1;
    const target = this.#session.state.fighters.get(hit.targetId);
    if (target === undefined) return;
    const { x, y } = this.#session.pose(hit.targetId, target);
    this.#stage.numbers.show(x, y, hit.damage, hit.isKill);
    this.#hud.showHit(this.#toScreen({ x, y }), hit.isKill);
    if (!hit.isKill) this.#sounds.play('hit');
  }

  onPickup(pickup: PickupMessage): void {
    this.#sounds.play('pickup');
    this.#hud.announce(PICKUP_NAMES[pickup.kind] ?? '');
    const me = this.#session.me;
    if (me !== undefined) this.#stage.particles.ring(me.x, me.y, PALETTE.white, 1.6, 420);
  }

  onConnection(state: ConnectionState): void {
    this.#onConnection(state);
  }

  onStats(stats: RoomStats): void {
    this.#hud.network.take(stats);
  }

  #readWish(): Wish {
    const wish = this.#controls.read(this.#aimOrigin);
    const dashes = isDashing(this.#session.dashClock, this.#session.field.tempo);
    if (dashes && !this.#wasDashing) this.#sounds.play('dash');
    this.#wasDashing = dashes;
    return wish;
  }

  #sideOf(id: string): string {
    if (id === this.#session.myId) return 'me';
    const fighter = this.#session.state.fighters.get(id);
    return fighter !== undefined && this.#session.isFriend(fighter) ? 'friend' : '';
  }

  /** Deaths and returns are seen in the state, not told: nobody misses one over a reconnection. */
  #noticeStance(id: string, fighter: Fighter, pose: Pose): void {
    const before = this.#lastStance.get(id);
    if (before === fighter.stance) return;
    this.#lastStance.set(id, fighter.stance);
    if (fighter.stance === STANCE.dead) this.#spectacle.explode(id, pose);
    else if (before === STANCE.dead) this.#spectacle.arrive(id, fighter);
  }

  #noticePhase(phase: number): void {
    if (phase === this.#phase) return;
    const isFirst = this.#phase === -1;
    this.#phase = phase;
    if (phase === MATCH_PHASE.results) this.#sounds.play('fanfare');
    else if (isFirst) this.#hud.announce('Fight!');
    else this.#hud.announce(this.#session.summary === null ? 'New match' : 'New battle');
  }

  #moveCamera(elapsedMs: number): void {
    const me = this.#session.me;
    if (me === undefined) return;
    const { camera } = this.#stage;
    const pose = this.#session.pose(this.#session.myId, me);
    const ahead = this.#lookAhead(pose);
    if (me.stance !== STANCE.dead) camera.follow(pose.x + ahead.x, pose.y + ahead.y, elapsedMs);
    else camera.follow(pose.x, pose.y, elapsedMs);
    this.#aimOrigin = { ...this.#toScreen(pose), aim: pose.aim };
  }

  #lookAhead(pose: Pose): { x: number; y: number } {
    const { pointer } = this.#keyboardMouse;
    if (pointer === null || this.#touch.usedAtMs > this.#keyboardMouse.usedAtMs) {
      return { x: Math.cos(pose.aim) * 70, y: Math.sin(pose.aim) * 70 };
    }
    const { scale } = this.#stage.camera;
    const x = ((pointer.x - innerWidth / 2) / scale) * LOOK_AHEAD;
    const y = ((pointer.y - innerHeight / 2) / scale) * LOOK_AHEAD;
    const length = Math.hypot(x, y);
    const part = length > MOST_LOOK_AHEAD ? MOST_LOOK_AHEAD / length : 1;
    return { x: x * part, y: y * part };
  }

  /** A line along the own aim, faint where a crosshair shows it too. */
  #drawSight(): void {
    const me = this.#session.me;
    if (me === undefined || me.stance !== STANCE.fighting) {
      this.#stage.hideSight();
      return;
    }
    const pose = this.#session.pose(this.#session.myId, me);
    const { distance } = traceShot(pose, pose.aim, this.#session.field.map, []);
    const hasPointer =
      this.#keyboardMouse.pointer !== null && this.#keyboardMouse.usedAtMs > this.#touch.usedAtMs;
    this.#stage.showSight(pose, distance, hasPointer ? 0.16 : 0.5);
  }

  #toScreen(at: { x: number; y: number }): { x: number; y: number } {
    const view = this.#stage.camera.visible();
    const { scale } = this.#stage.camera;
    return { x: (at.x - view.x) * scale, y: (at.y - view.y) * scale };
  }
}
