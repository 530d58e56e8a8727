// The page's flow:
//
//   lobby ──someone | friend | bot──▶ joining ──▶ table ──leave──▶ lobby
//     ▲ │                              ▲
//     │ └──find an opponent──▶ searching ──▶ found, in this region or another
//     │                            └── cancelled, nobody found
//     └── refused: the reason is shown                       address.ts has the ways past the lobby

import { type ConnectionState, MeridianClient, MeridianError } from '@meridian/client';
import { lossInWords } from '../../web/loss-in-words.ts';
import { rememberedName } from '../../web/player-name.ts';
import { ratingOf } from '../shared/rating.ts';
import { addressOf, QUEUE_ADDRESS, wishOf } from './address.ts';
import { type GameView, isMatch } from './game-view.ts';
import { byId } from './html.ts';
import { Lobby, type LobbyChoice } from './lobby.ts';
import { newRating } from './queue/new-rating.ts';
import { QueueSearch } from './queue/queue-search.ts';
import { SearchPanel } from './queue/search-panel.ts';
import type { RegionNames } from './queue/search-view.ts';
import { nameOf, ratingChange } from './queue/search-words.ts';
import { Sounds } from './sounds.ts';
import { TableScreen } from './table/table-screen.ts';
import { type TableChoice, type TableEvents, TableSession } from './table-session.ts';
import { exposeForTests } from './test-window.ts';

const TOAST_MS = 3_500;

const client = new MeridianClient();
const sounds = new Sounds();
let session: TableSession | null = null;
let connection: ConnectionState | null = null;

/** By id, for people; empty until the server has named them. */
let regionNames: RegionNames = new Map();
let search: QueueSearch | null = null;
/** The game whose rating is being waited for, or has come. */
let ratedRoomId: string | null = null;

const lobby = new Lobby((choice) => void play(choice));
const panel = new SearchPanel({
  cancel: () => void cancelSearch(),
  again: () => void findOpponent(),
  playBot: () => {
    closeSearch();
    void play({ opponent: 'bot', botLevel: lobby.botLevel });
  },
  explain: async () => (await search?.explain()) ?? null,
});
const screen = new TableScreen(sounds, {
  leave: () => void leave(),
  newOpponent: () =>
    void leave().then((wasMatch) =>
      play({ opponent: wasMatch ? 'ranked' : 'anyone', botLevel: lobby.botLevel }),
    ),
  botInstead: () => void leave().then(() => play({ opponent: 'bot', botLevel: lobby.botLevel })),
});

exposeForTests(() => ({
  view: session?.view ?? null,
  roomId: session?.roomId ?? null,
  connection,
  isSearching: panel.isOpen,
  ticketId: search?.ticketId ?? null,
}));
listenToMute();
requestAnimationFrame(function frame() {
  screen.tick();
  panel.tick();
  requestAnimationFrame(frame);
});
const wish = wishOf(new URLSearchParams(location.search));
if (wish !== null) void (wish.kind === 'queue' ? findOpponent({ isReload: true }) : join(wish));

async function play({ opponent, botLevel }: LobbyChoice): Promise<void> {
  if (opponent === 'ranked') await findOpponent();
  else
    await join({
      kind: 'any',
      options: opponent === 'bot' ? { opponent, botLevel } : { opponent },
    });
}

async function join(choice: TableChoice): Promise<void> {
  lobby.setBusy(true);
  try {
    await signIn();
    open(await TableSession.open(client, choice, tableEvents()));
  } catch (error) {
    leaveAddress();
    show('lobby');
    lobby.showError(wordsFor(error));
  } finally {
    lobby.setBusy(false);
  }
}

/** The queue finds somebody, in this region or another; a search of before a reload goes on. */
async function findOpponent({ isReload = false } = {}): Promise<void> {
  history.replaceState(null, '', QUEUE_ADDRESS);
  const mine = new QueueSearch(client, {
    view: (view) => {
      if (search !== mine) return;
      panel.show(view);
      if (view.kind === 'found') sounds.yourTurn();
      if (view.kind === 'expired' || view.kind === 'failed') leaveAddress();
    },
    notCancelled: toast,
  });
  search = mine;
  panel.open();
  panel.show({ kind: 'measuring' });
  try {
    await signIn();
  } catch (error) {
    panel.show({ kind: 'failed', message: wordsFor(error) });
    leaveAddress();
    return;
  }
  void nameRegions();
  void showOwnRating();
  const found = await mine.run({ isReload });
  if (found === null) return;
  // The player has turned to something else, and the queue was faster.
  if (search !== mine) return void found.room.leave();
  closeSearch();
  open(new TableSession(found, tableEvents()));
  if (found.regionId !== null) toast(`You play in ${nameOf(found.regionId, regionNames)}.`);
}

async function cancelSearch(): Promise<void> {
  const left = search;
  await left?.cancel();
  if (search !== left || left?.isCancelled === false) return;
  closeSearch();
  leaveAddress();
  lobby.focusRanked();
}

function closeSearch(): void {
  search = null;
  panel.close();
}

async function nameRegions(): Promise<void> {
  try {
    const { regions } = await client.regions.list();
    regionNames = new Map(regions.map(({ regionId, name }) => [regionId, name]));
    panel.nameRegions(regionNames);
  } catch {
    // Then they are called by their ids.
  }
}

async function showOwnRating(): Promise<void> {
  try {
    panel.showRating(ratingOf((await client.profile.get()).statistics));
  } catch {
    // Nothing waits for it.
  }
}

function tableEvents(): TableEvents {
  return {
    view: (view) => {
      screen.show(view);
      void followRating(view);
    },
    refused: ({ message }) => {
      screen.refuse(message);
      toast(message);
    },
    connection: showConnection,
  };
}

function open(opened: TableSession): void {
  session = opened;
  history.replaceState(null, '', addressOf(opened));
  screen.open(opened);
  if (opened.view !== null) screen.show(opened.view);
  show('table');
}

/** Only the first game at a table of the queue is rated. */
async function followRating(view: GameView): Promise<void> {
  const rated = session;
  if (rated === null || view.seat === null || !isMatch(view)) return;
  if (view.phase !== 'over' || view.game !== 1 || ratedRoomId === rated.roomId) return;
  ratedRoomId = rated.roomId;
  const before = view.seats[view.seat].rating;
  const after = await newRating(client, before);
  const now = rated.view;
  if (session === rated && now?.phase === 'over' && now.game === 1)
    screen.showRating(ratingChange(before, after));
}

/** A guest, under the name that was typed; one who comes back under another name is renamed. */
async function signIn(): Promise<void> {
  const name = rememberedName();
  const player = await client.signInAsGuest(name === '' ? {} : { displayName: name });
  if (name !== '' && player.displayName !== name) await client.profile.patch({ displayName: name });
}

/** @returns whether the queue had made the table that was left */
async function leave(): Promise<boolean> {
  const left = session;
  const view = left?.view ?? null;
  session = null;
  screen.close();
  leaveAddress();
  show('lobby');
  byId('banner', HTMLElement).hidden = true;
  await left?.leave();
  return view !== null && isMatch(view);
}

/** A reload begins in the lobby again. */
function leaveAddress(): void {
  history.replaceState(null, '', location.pathname);
}

function show(name: 'lobby' | 'table'): void {
  document.body.dataset['screen'] = name;
  byId('lobby', HTMLElement).hidden = name !== 'lobby';
  byId('table', HTMLElement).hidden = name !== 'table';
}

function showConnection(state: ConnectionState): void {
  connection = state;
  const banner = byId('banner', HTMLElement);
  banner.hidden = state.kind === 'connected' || state.kind === 'resumed' || session === null;
  if (state.kind === 'reconnecting') {
    banner.textContent = lossInWords(state);
  }
  if (state.kind === 'closed')
    banner.textContent = `You are no longer at this table: ${state.reason}`;
  if (state.kind === 'resumed' && session !== null) {
    toast(state.hasMoved ? 'The table has moved. You are back.' : 'Back at the table.');
  }
}

function wordsFor(error: unknown): string {
  if (!(error instanceof MeridianError)) return 'Something went wrong here; please try again.';
  switch (error.code) {
    case 'ROOM_UNKNOWN':
      return 'That table is closed. Open a new one?';
    case 'ROOM_FULL':
      return 'That table is full.';
    case 'NETWORK':
    case 'TIMEOUT':
      return 'The server does not answer. Check the connection and try again.';
    default:
      return error.message;
  }
}

let toastTimer: ReturnType<typeof setTimeout> | undefined;

function toast(message: string): void {
  const element = byId('toast', HTMLElement);
  element.textContent = message;
  element.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    element.hidden = true;
  }, TOAST_MS);
}

function listenToMute(): void {
  const button = byId('mute', HTMLButtonElement);
  const write = () => button.setAttribute('aria-pressed', String(sounds.isMuted));
  button.addEventListener('click', () => {
    sounds.isMuted = !sounds.isMuted;
    write();
  });
  write();
}
