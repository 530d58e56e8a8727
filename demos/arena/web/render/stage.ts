// Pixi compiles functions at run time unless told otherwise; a content security policy would forbid it.
import 'pixi.js/unsafe-eval';
import { Application, Container, Sprite } from 'pixi.js';
import type { Fighter, Pickup } from '../../shared/arena-state.ts';
import { ARENA_FIELD, type Field } from '../../shared/field.ts';
import { MUZZLE_OFFSET } from '../../shared/rules.ts';
import { Camera } from './camera.ts';
import { DamageNumbers } from './damage-numbers.ts';
import { FighterSprite } from './fighter-sprite.ts';
import { createGround, type Ground } from './ground.ts';
import { PALETTE } from './palette.ts';
import { Particles } from './particles.ts';
import { PickupSprite } from './pickup-sprite.ts';
import type { Pose } from './pose.ts';
import { TextureBook } from './textures.ts';
import { Tracers } from './tracers.ts';

/** More pixels than this per CSS pixel cost more than they show. */
const MAX_PIXEL_RATIO = 2;
const SIGHT_LENGTH = 420;
/** Fighters, pickups and sparks this far outside of the screen are not drawn, in units: no glow reaches farther. */
const OFF_SCREEN = 90;

// Layers, from below: floor, pickups, trails, fighters, walls, shots and sparks, names, numbers.

/** The picture: owns Pixi, its layers and every sprite. It knows nothing of the network. */
export class Stage {
  readonly camera: Camera;
  readonly particles: Particles;
  readonly tracers: Tracers;
  readonly numbers = new DamageNumbers();
  readonly #app: Application;
  readonly #textures: TextureBook;
  readonly #world = new Container();
  readonly #floorLayer = new Container();
  readonly #wallLayer = new Container();
  readonly #pickupLayer = new Container();
  readonly #fighterLayer = new Container();
  readonly #labelLayer = new Container();
  readonly #sight: Sprite;
  readonly #fighters = new Map<string, FighterSprite>();
  /** Out of the player's sight, and fading. */
  readonly #leaving: FighterSprite[] = [];
  readonly #pickups = new Map<Pickup, PickupSprite>();
  #field: Field = ARENA_FIELD;
  #ground: Ground;

  private constructor(app: Application, isCalm: boolean) {
    this.#app = app;
    this.camera = new Camera(this.#field.map, isCalm);
    this.#textures = new TextureBook();
    this.particles = new Particles(this.#textures);
    this.tracers = new Tracers(this.#textures);
    this.#sight = new Sprite(this.#textures.sight);
    this.#sight.anchor.set(0, 0.5);
    this.#sight.tint = PALETTE.me;
    this.#sight.visible = false;
    this.#world.addChild(
      this.#floorLayer,
      this.#pickupLayer,
      this.#sight,
      this.#fighterLayer,
      this.#wallLayer,
      this.tracers.layer,
      this.particles.layer,
      this.#labelLayer,
      this.numbers.layer,
    );
    this.#ground = createGround(this.#field.map);
    this.#floorLayer.addChild(this.#ground.floor);
    this.#wallLayer.addChild(this.#ground.walls);
    app.stage.addChild(this.#world);
    this.#resize();
    app.renderer.on('resize', () => this.#resize());
  }

  /** WebGL where a graphics card does it, else a 2D canvas, which software draws several times faster. */
  static async open(host: HTMLElement, options: { readonly isCalm: boolean }): Promise<Stage> {
    const app = new Application();
    await app.init({
      preference: hasGraphicsCard() ? ['webgl', 'canvas'] : ['canvas'],
      background: PALETTE.ink,
      autoDensity: true,
      resolution: Math.min(MAX_PIXEL_RATIO, window.devicePixelRatio || 1),
      resizeTo: host,
      // The game draws when it has stepped; Pixi's own clock would draw a second time.
      autoStart: false,
      sharedTicker: false,
    });
    app.canvas.setAttribute('aria-hidden', 'true');
    host.append(app.canvas);
    return new Stage(app, options.isCalm);
  }

  get rendererName(): string {
    return this.#app.renderer.name;
  }

  get canvas(): HTMLCanvasElement {
    return this.#app.canvas;
  }

  get field(): Field {
    return this.#field;
  }

  /** Goes to another field: nothing of the last one is left. */
  setField(field: Field): void {
    for (const sprite of this.#pickups.values()) sprite.destroy();
    this.#pickups.clear();
    if (field === this.#field) return;
    this.#field = field;
    this.#ground.destroy();
    this.#ground = createGround(field.map);
    this.#floorLayer.addChild(this.#ground.floor);
    this.#wallLayer.addChild(this.#ground.walls);
    this.camera.setMap(field.map);
  }

  addFighter(
    id: string,
    fighter: Fighter,
    standing: { readonly isMe: boolean; readonly isFriend: boolean; readonly showsName: boolean },
  ): void {
    const sprite = new FighterSprite({
      id,
      fighter,
      ...standing,
      tempo: this.#field.tempo,
      textures: this.#textures,
      particles: this.particles,
    });
    this.#fighters.set(id, sprite);
    this.#fighterLayer.addChild(sprite.ground);
    this.#labelLayer.addChild(sprite.label);
  }

  removeFighter(id: string): void {
    const sprite = this.#fighters.get(id);
    if (sprite !== undefined) this.#leaving.push(sprite);
    this.#fighters.delete(id);
  }

  /** Whether something of a usual size would be seen there. */
  isInView(x: number, y: number): boolean {
    return this.camera.sees(x, y, OFF_SCREEN);
  }

  fighter(id: string): FighterSprite | undefined {
    return this.#fighters.get(id);
  }

  /** @param reach - how far a shot along it would fly, in units */
  showSight(pose: Pose, reach: number, alpha: number): void {
    const length = Math.min(SIGHT_LENGTH, reach - MUZZLE_OFFSET);
    this.#sight.visible = length > 0;
    this.#sight.alpha = alpha;
    this.#sight.rotation = pose.aim;
    this.#sight.position.set(
      pose.x + Math.cos(pose.aim) * MUZZLE_OFFSET,
      pose.y + Math.sin(pose.aim) * MUZZLE_OFFSET,
    );
    this.#sight.setSize(Math.max(1, length), 3);
  }

  hideSight(): void {
    this.#sight.visible = false;
  }

  updatePickups(pickups: Iterable<Pickup>, roomNowMs: number, elapsedMs: number): void {
    for (const pickup of pickups) {
      let sprite = this.#pickups.get(pickup);
      if (sprite === undefined) {
        sprite = new PickupSprite(pickup, this.#textures);
        this.#pickups.set(pickup, sprite);
        this.#pickupLayer.addChild(sprite.root);
      }
      sprite.root.visible = this.isInView(pickup.x, pickup.y);
      if (sprite.root.visible) sprite.update(pickup, roomNowMs, elapsedMs);
    }
  }

  /** Lets effects age and draws one frame. */
  draw(elapsedMs: number): void {
    this.tracers.update(elapsedMs);
    this.particles.update(elapsedMs);
    this.numbers.update(elapsedMs);
    this.#fadeLeaving(elapsedMs);
    const { resolution } = this.#app.renderer;
    this.camera.applyTo(this.#world, resolution);
    this.#ground.show(this.camera.visible(), this.camera.scale * resolution);
    this.#app.render();
  }

  destroy(): void {
    this.#app.destroy({ removeView: true }, { children: true, texture: true });
  }

  #fadeLeaving(elapsedMs: number): void {
    for (let index = this.#leaving.length - 1; index >= 0; index -= 1) {
      if (this.#leaving[index]?.fadeOut(elapsedMs) !== true) continue;
      this.#leaving[index]?.destroy();
      this.#leaving.splice(index, 1);
    }
  }

  #resize(): void {
    this.camera.resize(this.#app.screen.width, this.#app.screen.height);
  }
}

/** Whether WebGL is more than an emulation on the processor. */
function hasGraphicsCard(): boolean {
  const context = document.createElement('canvas').getContext('webgl');
  if (context === null) return false;
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const name =
    info === null ? '' : String(context.getParameter(info.UNMASKED_RENDERER_WEBGL) ?? '');
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !/swiftshader|llvmpipe|software|basic render/i.test(name);
}
