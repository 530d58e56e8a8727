import { ARENA_MAP } from '../../shared/arena-map.ts';
import type { ArenaState } from '../../shared/arena-state.ts';
import { STANCE } from '../../shared/rules.ts';
import { isSameTeam } from '../../shared/teams.ts';
import { fighterColour, pickupColour } from '../render/palette.ts';
import { byId } from './dom.ts';

const REDRAW_MS = 66;

/** The whole arena, small: walls, pickups, me, and everybody else as warm dots. */
export class Minimap {
  readonly #canvas = byId<HTMLCanvasElement>('minimap');
  readonly #context = this.#canvas.getContext('2d');
  #drawnAtMs = 0;

  update(
    state: ArenaState,
    myId: string,
    view: { x: number; y: number; width: number; height: number },
    nowMs: number,
  ): void {
    if (nowMs - this.#drawnAtMs < REDRAW_MS || this.#context === null) return;
    this.#drawnAtMs = nowMs;
    const scale = this.#fit();
    const context = this.#context;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, ARENA_MAP.width, ARENA_MAP.height);
    context.fillStyle = '#46598f';
    for (const { x, y, width, height } of ARENA_MAP.walls) context.fillRect(x, y, width, height);
    context.strokeStyle = 'rgba(200, 215, 255, 0.35)';
    context.lineWidth = 10;
    context.strokeRect(view.x, view.y, view.width, view.height);
    for (const pickup of state.pickups) {
      context.globalAlpha = pickup.returnsAtMs === 0 ? 1 : 0.25;
      context.fillStyle = pickupColour(pickup.kind);
      context.fillRect(pickup.x - 26, pickup.y - 26, 52, 52);
    }
    context.globalAlpha = 1;
    const me = state.fighters.get(myId);
    for (const [id, fighter] of state.fighters) {
      if (fighter.stance === STANCE.dead) continue;
      const isMe = id === myId;
      context.fillStyle = fighterColour(id, {
        isMe,
        isFriend: me !== undefined && isSameTeam(me, fighter),
      });
      context.beginPath();
      context.arc(fighter.x, fighter.y, isMe ? 46 : 36, 0, Math.PI * 2);
      context.fill();
    }
  }

  /** @returns canvas pixels per world unit */
  #fit(): number {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const width = Math.round(this.#canvas.clientWidth * ratio);
    const height = Math.round((width * ARENA_MAP.height) / ARENA_MAP.width);
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    return width / ARENA_MAP.width;
  }
}
