import type { WorldView } from '../../../protocol/admin.ts';
import { BotSlider } from '../bot-slider.ts';
import type { ConsoleContext, ConsolePage, OpenPage } from '../console-page.ts';
import { html, svg } from '../dom.ts';
import type { EventLog } from '../event-log.ts';
import { LinkPanel, RoomPanel } from '../panels.ts';
import { RegionCards } from '../region-cards.ts';
import { WorldMap } from '../world-map.ts';

/** The map, everything at a glance. @param log - goes on while other pages are open */
export function worldPage(log: EventLog): ConsolePage {
  return {
    ...{ id: 'world', title: 'World', key: 'w' },
    open: (context) => openWorld(context, log),
  };
}

function openWorld(context: ConsoleContext, log: EventLog): OpenPage {
  const act = async (action: Parameters<ConsoleContext['act']>[0]) =>
    void (await context.act(action));
  const mapRoot = svg('svg', {
    id: 'map',
    role: 'group',
    'aria-label': 'World map: regions, links between them, and the round trips of their players',
  });
  const slider = html('input', {
    ...{ type: 'range', min: 0, max: 1_000, step: 10, value: 0, 'aria-label': 'Bots that play' },
  });
  const bots = html(
    'label',
    { class: 'bots', id: 'bots', hidden: '' },
    html('span', {}, 'Bots ', html('output', {}, '0')),
    slider,
  );
  const regions = list('ul', 'cards', 'regions', 'regions-title');
  const links = list('ul', 'lines', 'links', 'links-title');
  const rooms = list('ul', 'lines', 'rooms', 'rooms-title');
  const queues = list('ul', 'lines', 'queues', 'queues-title');
  const legend = html(
    'ul',
    { class: 'legend', 'aria-label': 'Legend' },
    html('li', { class: 'key-region' }, 'region, players, load'),
    html('li', { class: 'key-route' }, 'players’ round trip'),
    html('li', { class: 'key-link' }, 'link'),
    html('li', { class: 'key-cut' }, 'cut link'),
  );
  const root = html(
    'div',
    { class: 'world-page' },
    html('h1', { class: 'hidden-text' }, 'World'),
    html('section', { class: 'world', 'aria-label': 'Map' }, mapRoot, legend, bots),
    panel('side', 'regions-title', 'Regions and nodes', regions),
    panel('panel', 'links-title', 'Links', links),
    html(
      'section',
      { class: 'panel', 'aria-labelledby': 'rooms-title' },
      html('h2', { id: 'rooms-title' }, 'Rooms'),
      rooms,
      html('h2', { id: 'queues-title' }, 'Queues'),
      queues,
    ),
    panel('panel', 'events-title', 'Events', log.root),
  );
  const map = new WorldMap(mapRoot);
  const cards = new RegionCards(regions, act);
  const linkPanel = new LinkPanel(links, act);
  const roomPanel = new RoomPanel(rooms, queues);
  const botSlider = new BotSlider(bots, act);
  return {
    root,
    update: (world) => {
      const seen = allowed(world, context);
      map.update(seen);
      cards.update(seen);
      linkPanel.update(seen);
      roomPanel.update(seen);
      botSlider.update(context.mayDo('bots') ? seen.bots : null);
    },
  };
}

/** What the operator may not do is not offered to him. */
function allowed(world: WorldView, context: ConsoleContext): WorldView {
  const capabilities = world.capabilities.filter((capability) => context.mayDo(capability));
  return { ...world, capabilities };
}

function list(tag: 'ul' | 'ol', className: string, id: string, labelledBy: string): HTMLElement {
  return html(tag, { class: className, id, tabindex: 0, 'aria-labelledby': labelledBy });
}

function panel(className: string, id: string, title: string, content: HTMLElement): HTMLElement {
  return html(
    'section',
    { class: className, 'aria-labelledby': id },
    html('h2', { id }, title),
    content,
  );
}
