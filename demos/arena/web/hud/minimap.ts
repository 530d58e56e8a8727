import type { ArenaMap } from '../../shared/arena-map.ts';
import type { ArenaState } from '../../shared/arena-state.ts';
import type { BattleSummary } from '../../shared/crowd/crowd-state.ts';
import { STANCE } from '../../shared/rules.ts';
import { isSameTeam } from '../../shared/teams.ts';
import { fighterColour, PALETTE, pickupColour } from '../render/palette.ts';
import { DISTRICT, districtsOf } from '../render/town-districts.ts';
import { byId } from './dom.ts';
import { HeatPicture } from './heat-picture.ts';

const REDRAW_MS = 66;
/** Walls of a map that is too large to show each. */
const QUIET_FROM = 200;

export interface MinimapView {
  readonly state: ArenaState;
  readonly summary: BattleSummary | null;
  readonly map: ArenaMap;
  readonly myId: string;
  /** What the screen shows, in units. */
  readonly view: { x: number; y: number; width: number; height: number };
}

/** The whole arena, small: walls, pickups, me, and everybody else as warm dots; of a battle, the armies as clouds. */
export class Minimap {
  readonly #canvas = byId<HTMLCanvasElement>('minimap');
  readonly #context = this.#canvas.getContext('2d');
  readonly #walls = document.createElement('canvas');
  readonly #heat = new HeatPicture();
  #wallsOf: ArenaMap | null = null;
  #drawnAtMs = 0;

  update(shown: MinimapView, nowMs: number): void {
    if (nowMs - this.#drawnAtMs < REDRAW_MS || this.#context === null) return;
    this.#drawnAtMs = nowMs;
    const { map, view, summary } = shown;
    const scale = this.#fit(map);
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.drawImage(this.#walls, 0, 0);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    if (summary === null) this.#drawPickups(context, shown);
    else this.#drawHeat(context, shown, summary);
    context.strokeStyle = 'rgba(200, 215, 255, 0.35)';
    context.lineWidth = 1.2 / scale;
    context.strokeRect(view.x, view.y, view.width, view.height);
    if (summary === null) this.#drawFighters(context, shown);
    else drawMe(context, shown, scale);
  }

  #drawPickups(context: CanvasRenderingContext2D, { state }: MinimapView): void {
    for (const pickup of state.pickups) {
      context.globalAlpha = pickup.returnsAtMs === 0 ? 1 : 0.25;
      context.fillStyle = pickupColour(pickup.kind);
      context.fillRect(pickup.x - 26, pickup.y - 26, 52, 52);
    }
    context.globalAlpha = 1;
  }

  #drawHeat(context: CanvasRenderingContext2D, shown: MinimapView, summary: BattleSummary): void {
    const { map } = shown;
    const picture = this.#heat.picture(summary, myTeamOf(shown), this.#canvas.width);
    context.globalCompositeOperation = 'lighter';
    context.drawImage(picture, 0, 0, map.width, map.height);
    context.globalCompositeOperation = 'source-over';
  }

  #drawFighters(context: CanvasRenderingContext2D, { state, myId }: MinimapView): void {
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
  #fit(map: ArenaMap): number {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const width = Math.round(this.#canvas.clientWidth * ratio);
    const height = Math.round((width * map.height) / map.width);
    const isOther = this.#canvas.width !== width || this.#canvas.height !== height;
    if (isOther) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    if (isOther || this.#wallsOf !== map) this.#bakeWalls(map);
    return width / map.width;
  }

  #bakeWalls(map: ArenaMap): void {
    this.#wallsOf = map;
    this.#walls.width = this.#canvas.width;
    this.#walls.height = this.#canvas.height;
    const context = this.#walls.getContext('2d');
    if (context === null) return;
    const scale = this.#walls.width / map.width;
    context.scale(scale, scale);
    // Small on the map, they are a pattern rather than walls: quieter.
    context.fillStyle = map.walls.length > QUIET_FROM ? '#2b3860' : '#46598f';
    for (const { x, y, width, height } of map.walls) context.fillRect(x, y, width, height);
    if (map.walls.length > QUIET_FROM) drawDistricts(context, map);
  }
}

function myTeamOf({ state, myId }: MinimapView): number {
  return state.fighters.get(myId)?.team ?? 0;
}

/** The names that are on the ground. */
function drawDistricts(context: CanvasRenderingContext2D, map: ArenaMap): void {
  context.font = `700 ${DISTRICT / 5}px system-ui, sans-serif`;
  context.textAlign = 'left';
  context.textBaseline = 'top';
  context.lineWidth = map.width / 250;
  for (const { name, x, y } of districtsOf(map)) {
    const [left, top] = [x - DISTRICT / 2, y - DISTRICT / 2];
    context.strokeStyle = 'rgba(159, 176, 216, 0.3)';
    context.strokeRect(left, top, DISTRICT, DISTRICT);
    context.fillStyle = 'rgba(200, 215, 255, 0.75)';
    context.fillText(name, left + DISTRICT / 16, top + DISTRICT / 16);
  }
}

function drawMe(
  context: CanvasRenderingContext2D,
  { state, myId }: MinimapView,
  scale: number,
): void {
  const me = state.fighters.get(myId);
  if (me === undefined) return;
  context.fillStyle = PALETTE.me;
  context.strokeStyle = PALETTE.ink;
  context.lineWidth = 1.5 / scale;
  context.beginPath();
  context.arc(me.x, me.y, 3.5 / scale, 0, Math.PI * 2);
  context.fill();
  context.stroke();
}
