import type { OperatorAction, WorldView } from '../../protocol/admin.ts';
import { act, fetchWorld } from './api.ts';
import { BotSlider } from './bot-slider.ts';
import { byId, set, write } from './dom.ts';
import { EventLog } from './event-log.ts';
import { LinkPanel, RoomPanel } from './panels.ts';
import { RegionCards } from './region-cards.ts';
import { eventsBetween } from './world-events.ts';
import { WorldMap } from './world-map.ts';

const LOOK_EVERY_MS = 1_000;

const log = new EventLog(byId('events'));
const map = new WorldMap(byId('map') as unknown as SVGSVGElement);
const cards = new RegionCards(byId('regions'), operate);
const links = new LinkPanel(byId('links'), operate);
const rooms = new RoomPanel(byId('rooms'), byId('queues'));
const slider = new BotSlider(byId('bots'), operate);
let latest: WorldView | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** One look, and the next one a second later, whatever comes of it. */
async function look(): Promise<void> {
  clearTimeout(timer);
  try {
    show(await fetchWorld());
    setLive(true, 'live');
  } catch (error) {
    setLive(
      false,
      (error as Error).name === 'TimeoutError' ? 'no answer' : (error as Error).message,
    );
  }
  timer = setTimeout(() => void look(), LOOK_EVERY_MS);
}

function show(world: WorldView): void {
  if (latest !== null) log.add(eventsBetween(latest, world), Date.now());
  latest = world;
  map.update(world);
  cards.update(world);
  links.update(world);
  rooms.update(world);
  slider.update(world.bots);
  showTotals(world);
}

function showTotals({ regions, nodes, rooms: counted, queues, ownRegionId }: WorldView): void {
  const up = nodes.filter(({ state }) => state === 'up').length;
  const open = regions.filter(({ isOpen, isUnreachable }) => isOpen === true && !isUnreachable);
  write(byId('total-players'), String(sum(regions.map(({ seats }) => seats ?? 0))));
  write(
    byId('total-rooms'),
    counted === null ? '?' : String(sum(counted.map((each) => each.rooms))),
  );
  write(byId('total-nodes'), `${up}/${nodes.length}`);
  write(byId('total-regions'), `${open.length}/${regions.length}`);
  write(byId('total-queued'), String(sum(queues.map(({ waiting }) => waiting))));
  write(byId('seen-from'), ownRegionId === null ? 'the whole world' : `as ${ownRegionId} sees it`);
}

async function operate(action: OperatorAction): Promise<void> {
  try {
    const { done } = await act(action);
    log.add([{ tone: 'plain', text: `you: ${done}` }], Date.now());
  } catch (error) {
    log.add([{ tone: 'bad', text: `refused: ${(error as Error).message}` }], Date.now());
  }
  await look();
}

function setLive(isLive: boolean, text: string): void {
  set(byId('live'), { class: isLive ? 'live' : 'live is-lost' });
  write(byId('live'), text);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

void look();
