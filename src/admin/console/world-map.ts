import type { WorldPlace, WorldRegion, WorldRoute, WorldView } from '../../protocol/admin.ts';
import { type ItemView, KeyedList, set, svg, write } from './dom.ts';
import { isLand } from './land.ts';
import { type LinkPair, linkPairs, linkState } from './link-pairs.ts';
import { MAP_HEIGHT, MAP_WIDTH, type MapPoint, project, unproject } from './projection.ts';

/** Between two dots of land, in units of the map. */
const DOT_EVERY = 5.6;
const RING = 2 * Math.PI;
/** Homes stand beside the region of their place. */
const HOME_OFFSET = { x: -34, y: 26 };

interface Placed<Thing> {
  readonly thing: Thing;
  readonly at: MapPoint;
}
interface DrawnLink {
  readonly pair: LinkPair;
  readonly from: MapPoint;
  readonly to: MapPoint;
}
interface DrawnRoute {
  readonly route: WorldRoute;
  readonly from: MapPoint;
  readonly to: MapPoint;
}

/** The world, dotted; regions as discs, links between them, and how far their players are away. */
export class WorldMap {
  readonly #links: KeyedList<DrawnLink>;
  readonly #routes: KeyedList<DrawnRoute>;
  readonly #homes: KeyedList<Placed<WorldPlace>>;
  readonly #regions: KeyedList<Placed<WorldRegion>>;

  constructor(root: SVGSVGElement) {
    set(root, { viewBox: `0 0 ${MAP_WIDTH} ${MAP_HEIGHT}` });
    const layers = Array.from({ length: 4 }, () => svg('g'));
    root.append(svg('path', { class: 'land', d: landDots() }), ...layers);
    const [links, routes, homes, regions] = layers as [
      SVGGElement,
      SVGGElement,
      SVGGElement,
      SVGGElement,
    ];
    this.#links = new KeyedList(
      links,
      ({ pair }) => pair.key,
      () => new LinkArc(),
    );
    this.#routes = new KeyedList(
      routes,
      ({ route }) => `${route.placeId} ${route.regionId}`,
      () => new RouteArc(),
    );
    this.#homes = new KeyedList(
      homes,
      ({ thing }) => thing.placeId,
      () => new HomeMark(),
    );
    this.#regions = new KeyedList(
      regions,
      ({ thing }) => thing.regionId,
      () => new RegionDisc(),
    );
  }

  update(world: WorldView): void {
    const regions = world.regions.map((thing, index) => ({ thing, at: regionPoint(thing, index) }));
    const homes = world.places
      .filter(({ players }) => players > 0)
      .map((thing) => ({ thing, at: homePoint(thing) }));
    const region = new Map(regions.map(({ thing, at }) => [thing.regionId, at]));
    const home = new Map(homes.map(({ thing, at }) => [thing.placeId, at]));
    this.#links.update(
      linkPairs(world.links).flatMap((pair) => {
        const [from, to] = pair.between.map((id) => region.get(id));
        return from === undefined || to === undefined ? [] : [{ pair, from, to }];
      }),
    );
    this.#routes.update(
      world.routes.flatMap((route) => {
        const [from, to] = [home.get(route.placeId), region.get(route.regionId)];
        return from === undefined || to === undefined ? [] : [{ route, from, to }];
      }),
    );
    this.#homes.update(homes);
    this.#regions.update(regions);
  }
}

class RegionDisc implements ItemView<Placed<WorldRegion>> {
  readonly root = svg('g', { role: 'img' });
  readonly #glow = svg('circle', { class: 'disc-glow' });
  readonly #body = svg('circle', { class: 'disc-body' });
  readonly #track = svg('circle', { class: 'disc-track' });
  readonly #load = svg('circle', { class: 'disc-load', transform: 'rotate(-90)' });
  readonly #count = svg('text', { class: 'disc-count', y: 4.5 });
  readonly #name = svg('text', { class: 'disc-name' });

  constructor() {
    const { root } = this;
    root.append(this.#glow, this.#body, this.#track, this.#load, this.#count, this.#name);
  }

  update({ thing: region, at }: Placed<WorldRegion>): void {
    const { regionId, seats, loadRatio } = region;
    const radius = Math.min(30, 15 + 1.1 * Math.sqrt(seats ?? 0));
    const ring = radius + 4;
    set(this.root, {
      class: `region ${regionTone(region)}`,
      transform: `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`,
      'aria-label': `${regionId}: ${regionState(region)}, ${seats ?? 'unknown'} players`,
    });
    set(this.#glow, { r: (radius * 2.4).toFixed(1) });
    set(this.#body, { r: radius.toFixed(1) });
    set(this.#track, { r: ring.toFixed(1) });
    const length = RING * ring;
    const filled = Math.min(1, loadRatio ?? 0) * length;
    set(this.#load, {
      r: ring.toFixed(1),
      'stroke-dasharray': `${filled.toFixed(1)} ${length.toFixed(1)}`,
    });
    write(this.#count, seats === null ? '?' : String(seats));
    set(this.#name, { y: (-ring - 7).toFixed(1) });
    write(this.#name, regionId);
  }
}

class LinkArc implements ItemView<DrawnLink> {
  readonly root = svg('g');
  readonly #line = svg('path', { class: 'link-line' });
  readonly #label = svg('text', { class: 'link-label' });

  constructor() {
    this.root.append(this.#line, this.#label);
  }

  update({ pair, from, to }: DrawnLink): void {
    const curve = arc(from, to, 0.16);
    set(this.root, { class: `link is-${pair.state}` });
    set(this.#line, { d: curve.path });
    set(this.#label, { x: curve.middle.x.toFixed(1), y: (curve.middle.y - 5).toFixed(1) });
    write(this.#label, linkLabel(pair));
  }
}

class RouteArc implements ItemView<DrawnRoute> {
  readonly root = svg('g');
  readonly #line = svg('path', { class: 'route-line' });
  readonly #flow = svg('path', { class: 'route-flow' });
  readonly #label = svg('text', { class: 'route-label' });

  constructor() {
    this.root.append(this.#line, this.#flow, this.#label);
  }

  update({ route, from, to }: DrawnRoute): void {
    const { rttMs, players } = route;
    const isHome = Math.hypot(to.x - from.x, to.y - from.y) < 60;
    const curve = arc(from, to, isHome ? 0.3 : -0.24);
    set(this.root, { class: `route ${rttTone(rttMs)}` });
    for (const line of [this.#line, this.#flow]) {
      set(line, { d: curve.path, 'stroke-width': (0.9 + 0.22 * Math.sqrt(players)).toFixed(2) });
    }
    const label = isHome
      ? { x: from.x, y: from.y + 22 }
      : { x: curve.middle.x, y: curve.middle.y - 4 };
    set(this.#label, { x: label.x.toFixed(1), y: label.y.toFixed(1) });
    write(this.#label, rttMs === null ? '' : `${rttMs} ms`);
  }
}

class HomeMark implements ItemView<Placed<WorldPlace>> {
  readonly root = svg('g', { class: 'home', role: 'img' });
  readonly #count = svg('text', { class: 'home-count', y: 3.4 });

  constructor() {
    this.root.append(
      svg('rect', { class: 'home-body', x: -12, y: -8, width: 24, height: 16, rx: 8 }),
      this.#count,
    );
  }

  update({ thing: { name, players }, at }: Placed<WorldPlace>): void {
    set(this.root, {
      transform: `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`,
      'aria-label': `${players} players live near ${name}`,
    });
    write(this.#count, String(players));
  }
}

function linkLabel(pair: LinkPair): string {
  if (pair.state === 'linked') return '';
  return pair.state === 'cut' ? `✕ ${linkState(pair)}` : `lag ${pair.lagMs} ms`;
}

/** `region` as one word of the style sheet. */
export function regionTone({ isBlackHole, isUnreachable, isOpen }: WorldRegion): string {
  if (isBlackHole) return 'is-black-hole';
  if (isUnreachable) return 'is-unreachable';
  return isOpen === false ? 'is-closed' : 'is-open';
}

/** How a region is, for people. */
export function regionState({ isBlackHole, isUnreachable, isOpen }: WorldRegion): string {
  if (isBlackHole) return 'black hole';
  if (isUnreachable) return 'unreachable';
  if (isOpen === null) return 'unknown';
  return isOpen ? 'open' : 'closed';
}

/** The caps of action rooms and of rooms of turns (docs/spec/regions.md, RG-21). */
function rttTone(rttMs: number | null): string {
  if (rttMs === null || rttMs <= 80) return 'is-near';
  return rttMs <= 180 ? 'is-fair' : 'is-far';
}

/** A region without a position stands in the ocean, beside the others of its kind. */
function regionPoint({ position }: WorldRegion, index: number): MapPoint {
  if (position !== null) return project(position);
  return { x: MAP_WIDTH * 0.4, y: MAP_HEIGHT * (0.42 + 0.13 * index) };
}

function homePoint({ position }: WorldPlace): MapPoint {
  const { x, y } = project(position);
  return { x: x + HOME_OFFSET.x, y: y + HOME_OFFSET.y };
}

/** @param bend - of the distance; positive bends upwards */
function arc(
  from: MapPoint,
  to: MapPoint,
  bend: number,
): { readonly path: string; readonly middle: MapPoint } {
  const [left, right] = from.x <= to.x ? [from, to] : [to, from];
  const control = {
    x: (left.x + right.x) / 2 + (right.y - left.y) * bend,
    y: (left.y + right.y) / 2 - (right.x - left.x) * bend,
  };
  const point = ({ x, y }: MapPoint) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return {
    path: `M${point(from)}Q${point(control)} ${point(to)}`,
    middle: {
      x: (from.x + to.x) / 4 + control.x / 2,
      y: (from.y + to.y) / 4 + control.y / 2,
    },
  };
}

/** One path for all dots: lines of no length with round ends, in rows that are shifted by half. */
function landDots(): string {
  const dots: string[] = [];
  for (let row = 0, y = 2; y < MAP_HEIGHT; row++, y += DOT_EVERY * 0.866) {
    for (let x = (row % 2) * (DOT_EVERY / 2) + 1; x < MAP_WIDTH; x += DOT_EVERY) {
      if (isLand(unproject({ x, y }))) dots.push(`M${x.toFixed(1)} ${y.toFixed(1)}h0`);
    }
  }
  return dots.join('');
}
