import type { Fighter } from '../shared/arena-state.ts';
import { STANCE } from '../shared/rules.ts';
import { isSameTeam } from '../shared/teams.ts';
import { type ShotTarget, shotAngles, traceShot } from '../shared/weapon.ts';
import type { Sounds } from './audio/sounds.ts';
import type { ArenaSession } from './net/arena-session.ts';
import { PALETTE } from './render/palette.ts';
import type { Pose } from './render/pose.ts';
import type { Stage } from './render/stage.ts';

/** Shots from farther outside of the screen are not drawn, in units: most of them end before they are seen. */
const UNSEEN_SHOTS = 420;

/** What is seen and heard of shots, deaths and arrivals. It changes nothing. */
export class Spectacle {
  readonly #session: ArenaSession;
  readonly #stage: Stage;
  readonly #sounds: Sounds;

  constructor(deps: { session: ArenaSession; stage: Stage; sounds: Sounds }) {
    this.#session = deps.session;
    this.#stage = deps.stage;
    this.#sounds = deps.sounds;
  }

  shoot(id: string, fighter: Fighter, pose: Pose): void {
    const isMe = id === this.#session.myId;
    const colour = this.#colourOf(id);
    const { particles, camera } = this.#stage;
    if (!camera.sees(pose.x, pose.y, UNSEEN_SHOTS)) return;
    const muzzle = {
      x: pose.x + Math.cos(pose.aim) * 30,
      y: pose.y + Math.sin(pose.aim) * 30,
    };
    this.#stage.fighter(id)?.recoil();
    particles.flash(muzzle.x, muzzle.y, pose.aim, colour);
    particles.bead(muzzle.x, muzzle.y, colour, 0.5, 110, 0.7);
    this.#sounds.play('shot', this.#offsetTo(pose));
    if (isMe) camera.shake(0.09);
    for (const angle of shotAngles(pose.aim, fighter.effects)) this.#fly(id, pose, angle, colour);
  }

  explode(id: string, pose: Pose): void {
    const isMe = id === this.#session.myId;
    const colour = this.#colourOf(id);
    const { particles, camera } = this.#stage;
    this.#sounds.play('death', this.#offsetTo(pose));
    if (!this.#stage.isInView(pose.x, pose.y)) return;
    particles.burst({ ...pose, colour, count: 34, speed: 620, lifeMs: 760, scale: 0.5 });
    particles.burst({ ...pose, colour: PALETTE.white, count: 14, speed: 320, lifeMs: 420 });
    particles.bead(pose.x, pose.y, colour, 2.6, 420, 0.9);
    particles.ring(pose.x, pose.y, colour, 3.4, 520);
    camera.shake(isMe ? 0.9 : 0.12);
  }

  arrive(id: string, fighter: Fighter): void {
    const isMe = id === this.#session.myId;
    const colour = this.#colourOf(id);
    this.#stage.particles.ring(fighter.x, fighter.y, colour, 2, 520);
    this.#stage.particles.bead(fighter.x, fighter.y, colour, 1.4, 420, 0.7);
    if (!isMe) return;
    this.#stage.camera.jumpTo(fighter.x, fighter.y);
    this.#sounds.play('spawn');
  }

  /** The streak of one shot, and what it does where it ends. */
  #fly(shooterId: string, pose: Pose, angle: number, colour: string): void {
    const { particles, tracers } = this.#stage;
    const { distance, target } = traceShot(
      pose,
      angle,
      this.#session.field.map,
      this.#targetsOf(shooterId),
    );
    const x = pose.x + Math.cos(angle) * distance;
    const y = pose.y + Math.sin(angle) * distance;
    const sparks =
      target === null
        ? { colour, count: 6, speed: 300, lifeMs: 240 }
        : { colour: PALETTE.white, count: 9, speed: 420, lifeMs: 320 };
    tracers.fire(pose, angle, distance, colour, () => {
      if (!this.#stage.isInView(x, y)) return;
      particles.burst({ x, y, ...sparks, direction: angle + Math.PI, spread: 1.9 });
      particles.bead(x, y, colour, target === null ? 0.36 : 0.6, 150, 0.8);
      if (target !== null) this.#stage.fighter(target)?.flash();
    });
  }

  *#targetsOf(shooterId: string): Generator<ShotTarget<string>> {
    const { fighters } = this.#session.state;
    const shooter = fighters.get(shooterId);
    for (const [id, fighter] of fighters) {
      if (id === shooterId || fighter.stance !== STANCE.fighting) continue;
      // Shots pass through friends.
      if (shooter !== undefined && isSameTeam(shooter, fighter)) continue;
      const { x, y } = this.#session.pose(id, fighter);
      yield { target: id, x, y };
    }
  }

  #colourOf(id: string): string {
    return this.#stage.fighter(id)?.colour ?? PALETTE.me;
  }

  #offsetTo(pose: { x: number; y: number }): { x: number; y: number } {
    const me = this.#session.me;
    return me === undefined ? { x: 0, y: 0 } : { x: pose.x - me.x, y: pose.y - me.y };
  }
}
