import { Container, Sprite, Text, Texture } from 'pixi.js';
import type { Fighter } from '../../shared/arena-state.ts';
import { EFFECT, FULL_HEALTH, STANCE, type Tempo } from '../../shared/rules.ts';
import { isDashing } from '../../shared/step-fighter.ts';
import { fighterColour, PALETTE } from './palette.ts';
import type { Particles } from './particles.ts';
import type { Pose } from './pose.ts';
import { BAKE_SCALE, type TextureBook } from './textures.ts';

const BAR_WIDTH = 46;
const BAR_HEIGHT = 5;
/** What comes into sight or leaves it does so within this time. */
const FADE_MS = 260;

/** One fighter on the screen: body, glow, shield, name and health. */
export class FighterSprite {
  readonly colour: string;
  /** Under the walls. */
  readonly ground = new Container();
  /** Over the walls: name and health. */
  readonly label = new Container();
  readonly #glow: Sprite;
  readonly #body: Sprite;
  readonly #hitFlash: Sprite;
  readonly #shield: Sprite;
  readonly #back: Sprite;
  readonly #bar: Sprite;
  #name: Text | null = null;
  readonly #nameColour: string;
  readonly #showsName: boolean;
  readonly #isMe: boolean;
  readonly #tempo: Tempo;
  readonly #particles: Particles;
  #flashMs = 0;
  #trailMs = 0;
  #lastX = 0;
  #lastY = 0;
  #kick = 0;
  /** 0 not there yet, or not any more; 1 in full sight. */
  #presence = 0;

  constructor(deps: {
    id: string;
    fighter: Fighter;
    isMe: boolean;
    isFriend: boolean;
    /** Bots in a crowd are too many to be called by their names. */
    showsName: boolean;
    tempo: Tempo;
    textures: TextureBook;
    particles: Particles;
  }) {
    const { fighter, textures, isMe, isFriend } = deps;
    this.#isMe = isMe;
    this.#tempo = deps.tempo;
    this.#particles = deps.particles;
    this.colour = fighterColour(deps.id, deps);
    const body = textures.body(this.colour, isMe || isFriend ? 'round' : 'hexagon', fighter.isBot);
    const shadow = centred(textures.shadow);
    shadow.position.set(5, 9);
    this.#glow = centred(textures.glow);
    this.#glow.tint = this.colour;
    this.#glow.blendMode = 'add';
    this.#body = centred(body, 1 / BAKE_SCALE);
    this.#hitFlash = centred(body, 1 / BAKE_SCALE);
    this.#hitFlash.blendMode = 'add';
    this.#shield = centred(textures.shield, 1 / BAKE_SCALE);
    this.#shield.tint = this.colour;
    this.#shield.blendMode = 'add';
    this.ground.addChild(this.#glow, shadow, this.#body, this.#hitFlash, this.#shield);

    this.#showsName = deps.showsName;
    this.#nameColour = isMe || isFriend ? '#c9f5ff' : '#ffe9d6';
    const back = new Sprite(Texture.WHITE);
    back.tint = '#05080f';
    back.alpha = 0.75;
    back.setSize(BAR_WIDTH + 4, BAR_HEIGHT + 4);
    back.position.set(-BAR_WIDTH / 2 - 2, -38);
    this.#bar = new Sprite(Texture.WHITE);
    this.#bar.tint = this.colour;
    this.#bar.position.set(-BAR_WIDTH / 2, -36);
    this.#back = back;
    this.label.addChild(back, this.#bar);
  }

  /** The body recoils. */
  recoil(): void {
    this.#kick = 5;
  }

  flash(): void {
    this.#flashMs = 110;
  }

  /** @param isInView - false where nobody sees it: then it costs nothing */
  update(fighter: Fighter, pose: Pose, elapsedMs: number, isInView: boolean): void {
    const isShown = isInView && fighter.stance !== STANCE.dead;
    this.ground.visible = isShown;
    this.label.visible = isShown;
    this.#presence = Math.min(1, this.#presence + elapsedMs / FADE_MS);
    if (!isShown) return;
    this.#kick *= Math.exp(-elapsedMs / 50);
    const x = pose.x - Math.cos(pose.aim) * this.#kick;
    const y = pose.y - Math.sin(pose.aim) * this.#kick;
    this.ground.position.set(x, y);
    this.label.position.set(Math.round(pose.x), Math.round(pose.y));
    this.label.alpha = this.#presence;
    this.#body.rotation = pose.aim;
    this.#flashMs = Math.max(0, this.#flashMs - elapsedMs);
    this.#hitFlash.visible = this.#flashMs > 0;
    this.#hitFlash.rotation = pose.aim;
    this.#hitFlash.alpha = this.#flashMs / 110;
    this.#updateEffects(fighter, elapsedMs);
    this.#updateTrail(fighter, pose, elapsedMs);
    this.#updateLabel(fighter);
  }

  /** It has left the sight. @returns whether it is gone */
  fadeOut(elapsedMs: number): boolean {
    this.#presence -= elapsedMs / FADE_MS;
    this.ground.alpha = Math.max(0, this.#presence);
    this.label.alpha = this.ground.alpha;
    return this.#presence <= 0 || !this.ground.visible;
  }

  destroy(): void {
    this.ground.destroy({ children: true });
    this.label.destroy({ children: true });
  }

  #updateEffects(fighter: Fighter, elapsedMs: number): void {
    const hasShield = (fighter.effects & EFFECT.shield) !== 0;
    this.#shield.visible = hasShield;
    this.#shield.rotation += elapsedMs / 700;
    const hasTriple = (fighter.effects & EFFECT.triple) !== 0;
    this.#glow.tint = hasTriple ? PALETTE.triple : this.colour;
    this.#glow.scale.set(hasTriple ? 1.15 : this.#isMe ? 0.95 : 0.8);
    this.#glow.alpha = hasTriple ? 0.75 : 0.5;
    this.ground.alpha = (fighter.isAway ? 0.45 : 1) * this.#presence;
  }

  /** Text is dear: it is made when it is seen for the first time. */
  #updateLabel({ health, name }: Fighter): void {
    const part = Math.max(0, health / FULL_HEALTH);
    // In a crowd only those are marked who are hurt.
    const hasBar = this.#showsName || part < 1;
    this.#back.visible = hasBar;
    this.#bar.visible = hasBar;
    this.#bar.setSize(Math.max(0.01, BAR_WIDTH * part), BAR_HEIGHT);
    this.#bar.tint = part < 0.35 ? PALETTE.danger : this.colour;
    if (!this.#showsName) return;
    if (this.#name === null) {
      this.#name = createName(this.#nameColour);
      this.label.addChild(this.#name);
    }
    if (this.#name.text !== name) this.#name.text = name;
  }

  #updateTrail(fighter: Fighter, pose: Pose, elapsedMs: number): void {
    const moved = Math.hypot(pose.x - this.#lastX, pose.y - this.#lastY);
    this.#lastX = pose.x;
    this.#lastY = pose.y;
    this.#trailMs += elapsedMs;
    const dashes = isDashing(fighter.dashClock, this.#tempo);
    const interval = dashes ? 10 : 34;
    // A jump is a respawn, not a movement.
    if (this.#trailMs < interval || moved < 0.5 || moved > 90) return;
    this.#trailMs = 0;
    const isHasty = (fighter.effects & EFFECT.haste) !== 0;
    const colour = isHasty ? PALETTE.haste : this.colour;
    this.#particles.bead(
      pose.x,
      pose.y,
      colour,
      dashes ? 0.75 : 0.34,
      dashes ? 320 : isHasty ? 420 : 260,
      dashes ? 0.8 : 0.34,
    );
  }
}

function createName(colour: string): Text {
  const name = new Text({
    style: {
      fontFamily: 'system-ui, -apple-system, "Segoe UI", sans-serif',
      fontSize: 13,
      fontWeight: '600',
      fill: colour,
      stroke: { color: '#05080f', width: 3 },
    },
    resolution: 2,
  });
  name.anchor.set(0.5, 1);
  name.position.set(0, -40);
  return name;
}

function centred(texture: Texture, scale = 1): Sprite {
  const sprite = new Sprite(texture);
  sprite.anchor.set(0.5);
  sprite.scale.set(scale);
  return sprite;
}
