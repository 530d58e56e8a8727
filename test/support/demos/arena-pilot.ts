import type { Page } from 'playwright-core';
import { ARENA_MAP, type ArenaMap } from '../../../demos/arena/shared/arena-map.ts';
import { Navigator } from '../../../demos/arena/shared/navigator.ts';
import { EFFECT, STANCE } from '../../../demos/arena/shared/rules.ts';
import { isSameTeam } from '../../../demos/arena/shared/teams.ts';
import { hasLineOfSight } from '../../../demos/arena/shared/weapon.ts';
import type { ArenaWindow, FighterView } from '../../../demos/arena/web/arena-window.ts';
import type { Aims, Hands } from './arena-hands.ts';

/** Nearer than this it stands and shoots, in units. */
const NEAR = 300;
/** Farther than this it does not shoot. */
const FAR = 480;
const STANDING = { x: 0, y: 0 } as const;

/** Plays the arena in a browser: looks at what is drawn, walks to the nearest enemy and shoots. */
export class ArenaPilot {
  readonly #page: Page;
  readonly #hands: Hands;
  readonly #map: ArenaMap;
  readonly #navigator: Navigator;

  constructor(page: Page, hands: Hands, map = ARENA_MAP) {
    this.#map = map;
    this.#navigator = new Navigator(map);
    this.#page = page;
    this.#hands = hands;
  }

  /** Plays until `isDone` of what is seen. @throws when that takes too long */
  async play(isDone: (seen: ArenaWindow) => boolean, withinMs = 45_000): Promise<ArenaWindow> {
    const startedMs = performance.now();
    for (;;) {
      const seen = await this.look();
      if (isDone(seen)) {
        await this.#hands.letGo();
        return seen;
      }
      if (performance.now() - startedMs > withinMs) {
        throw new Error(`The pilot is not done after ${withinMs} ms: ${JSON.stringify(seen)}`);
      }
      await this.#hands.hold(seen, this.#decide(seen));
    }
  }

  /** What the page shows in its next frame. */
  look(): Promise<ArenaWindow> {
    return this.#page.evaluate<ArenaWindow>(
      'new Promise((seen) => requestAnimationFrame(() => seen(window.__arena)))',
    );
  }

  #decide({ me, players }: ArenaWindow): Aims {
    const enemy = me === null ? null : nearest(me, players);
    if (me === null || enemy === null) return { walk: STANDING, target: null, fires: false };
    const distance = distanceBetween(me, enemy);
    const isSeen = hasLineOfSight(me.x, me.y, enemy, this.#map);
    const way = this.#navigator.next(me.x, me.y, enemy);
    return {
      walk: isSeen && distance < NEAR ? STANDING : sector(way.x - me.x, way.y - me.y),
      target: isSeen ? enemy : null,
      fires: isSeen && distance < FAR && (enemy.effects & EFFECT.shield) === 0,
    };
  }
}

function nearest(me: FighterView, players: readonly FighterView[]): FighterView | null {
  const enemies = players.filter(
    (other) => other.id !== me.id && other.stance === STANCE.fighting && !isSameTeam(me, other),
  );
  enemies.sort((a, b) => distanceBetween(me, a) - distanceBetween(me, b));
  return enemies[0] ?? null;
}

function distanceBetween(a: FighterView, b: FighterView): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** The nearest of the eight directions that keys know. */
function sector(x: number, y: number): { x: number; y: number } {
  const eighth = Math.round(Math.atan2(y, x) / (Math.PI / 4)) * (Math.PI / 4);
  return { x: Math.round(Math.cos(eighth)), y: Math.round(Math.sin(eighth)) };
}
