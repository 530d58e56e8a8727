import {
  type Capability,
  isAtLeast,
  type OperatorAction,
  ROLE_OF_ACTION,
  type WorldView,
} from '../../protocol/admin.ts';
import type { OperatorSession } from '../../protocol/operator-session.ts';
import { act, fetchSession, fetchWorld, SignedOutError, signOut } from './api.ts';
import type { ConsoleContext } from './console-page.ts';
import { showShortcuts, toast } from './dialogs.ts';
import { byId, set, write } from './dom.ts';
import { EventLog } from './event-log.ts';
import { listenToKeys } from './keys.ts';
import { Navigation } from './navigation.ts';
import { consolePages } from './pages.ts';
import { applyTheme, nextTheme, storedTheme } from './theme.ts';
import { eventsBetween } from './world-events.ts';

const LOOK_EVERY_MS = 1_000;

applyTheme();
const log = new EventLog();
const pages = consolePages(log);
let latest: WorldView | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

void start();

async function start(): Promise<void> {
  try {
    const session = await fetchSession();
    const navigation = new Navigation(pages, contextOf(session), {
      nav: byId('nav'),
      main: byId('page'),
    });
    showOperator(session);
    listenToKeys(pages, { go: (id) => navigation.go(id), help });
    await look(navigation);
  } catch (error) {
    if (error instanceof SignedOutError) location.reload();
    else setLive(false, (error as Error).message);
  }

  function contextOf(session: OperatorSession): ConsoleContext {
    return {
      session,
      get world() {
        return latest;
      },
      mayDo: (action) => mayDo(session, action),
      act: operate,
      go: (path) => {
        location.hash = `#/${path}`;
      },
    };
  }
}

/** One look, and the next one a second later, whatever comes of it. */
async function look(navigation: Navigation): Promise<void> {
  clearTimeout(timer);
  try {
    const world = await fetchWorld();
    if (latest !== null) log.add(eventsBetween(latest, world), Date.now());
    latest = world;
    showTotals(world);
    navigation.update(world);
    setLive(true, 'live');
  } catch (error) {
    // The door is shown in place of a page that can tell nothing any more.
    if (error instanceof SignedOutError) location.reload();
    const isLate = (error as Error).name === 'TimeoutError';
    setLive(false, isLate ? 'no answer' : (error as Error).message);
  }
  timer = setTimeout(() => void look(navigation), LOOK_EVERY_MS);
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

/** Who can do a thing can take it back: the server says one word for both. */
const TAKES_BACK = {
  'release-node': 'quarantine-node',
  'open-region': 'close-region',
  'take-tickets': 'shed-tickets',
  'return-region': 'evacuate-region',
  'heal-link': 'cut-link',
  'heal-region': 'black-hole',
  'lift-ban': 'ban-player',
} as const satisfies { readonly [Action in OperatorAction['action']]?: Capability };

function mayDo({ role }: OperatorSession, action: OperatorAction['action']): boolean {
  if (!isAtLeast(role, ROLE_OF_ACTION[action])) return false;
  const needed = (TAKES_BACK as Readonly<Record<string, string>>)[action] ?? action;
  return latest?.capabilities.some((each) => each === needed) ?? true;
}

async function operate(action: OperatorAction): Promise<{ readonly done: string } | null> {
  try {
    const result = await act(action);
    log.add([{ tone: 'plain', text: `you: ${result.done}` }], Date.now());
    toast(byId('toasts'), 'good', result.done);
    return result;
  } catch (error) {
    const { message } = error as Error;
    log.add([{ tone: 'bad', text: `refused: ${message}` }], Date.now());
    toast(byId('toasts'), 'bad', message);
    return null;
  }
}

function showOperator({ name, role, expiresAtMs }: OperatorSession): void {
  write(byId('who'), `${name} · ${role}`);
  const out = byId('sign-out');
  out.hidden = expiresAtMs === null;
  out.addEventListener('click', () => void signOut().finally(() => location.reload()));
  const theme = byId('theme');
  const nameTheme = () =>
    set(theme, { 'aria-label': `Theme: ${storedTheme()}`, title: `Theme: ${storedTheme()}` });
  nameTheme();
  theme.addEventListener('click', () => {
    nextTheme();
    nameTheme();
  });
  byId('help').addEventListener('click', help);
  byId('skip').addEventListener('click', (event) => {
    // The hash is the page's address.
    event.preventDefault();
    byId('page').focus();
  });
}

function help(): void {
  showShortcuts([
    ['?', 'these shortcuts'],
    ['/', 'search on this page'],
    ...pages.map(({ key, title }) => [`g ${key}`, title] as const),
    ['Esc', 'close a dialog'],
  ]);
}

function setLive(isLive: boolean, text: string): void {
  set(byId('live'), { class: isLive ? 'live' : 'live is-lost' });
  write(byId('live'), text);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
