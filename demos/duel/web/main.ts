// The page's flow:
//
//   lobby ──someone | friend | bot──▶ joining ──▶ table ──leave──▶ lobby
//     ▲  /duel/?opponent=bot&level=sharp, /duel/?room=<id> go straight to joining
//     └── refused: the reason is shown

import { type ConnectionState, MeridianClient, MeridianError } from '@meridian/client';
import { lossInWords } from '../../web/loss-in-words.ts';
import { rememberedName } from '../../web/player-name.ts';
import { byId } from './html.ts';
import { Lobby, type LobbyChoice, opponentOf } from './lobby.ts';
import { Sounds } from './sounds.ts';
import { TableScreen } from './table/table-screen.ts';
import { type TableChoice, TableSession } from './table-session.ts';
import { exposeForTests } from './test-window.ts';

const TOAST_MS = 3_500;

const client = new MeridianClient();
const sounds = new Sounds();
let session: TableSession | null = null;
let connection: ConnectionState | null = null;

const lobby = new Lobby((choice) => void join(tableFor(choice)));
const screen = new TableScreen(sounds, {
  leave: () => void leave(),
  newOpponent: () =>
    void leave().then(() => join(tableFor({ opponent: 'anyone', botLevel: lobby.botLevel }))),
  botInstead: () =>
    void leave().then(() => join(tableFor({ opponent: 'bot', botLevel: lobby.botLevel }))),
});

exposeForTests(() => ({
  view: session?.view ?? null,
  roomId: session?.roomId ?? null,
  connection,
}));
listenToMute();
requestAnimationFrame(function frame() {
  screen.tick();
  requestAnimationFrame(frame);
});
const asked = choiceOfAddress(new URLSearchParams(location.search));
if (asked !== null) void join(asked);

async function join(choice: TableChoice): Promise<void> {
  lobby.setBusy(true);
  try {
    await signIn();
    session = await TableSession.open(client, choice, {
      view: (view) => screen.show(view),
      refused: ({ message }) => {
        screen.refuse(message);
        toast(message);
      },
      connection: showConnection,
    });
    history.replaceState(null, '', `?room=${session.roomId}`);
    screen.open(session);
    if (session.view !== null) screen.show(session.view);
    show('table');
  } catch (error) {
    history.replaceState(null, '', location.pathname);
    show('lobby');
    lobby.showError(wordsFor(error));
  } finally {
    lobby.setBusy(false);
  }
}

/** A guest, under the name that was typed; one who comes back under another name is renamed. */
async function signIn(): Promise<void> {
  const name = rememberedName();
  const player = await client.signInAsGuest(name === '' ? {} : { displayName: name });
  if (name !== '' && player.displayName !== name) await client.profile.patch({ displayName: name });
}

async function leave(): Promise<void> {
  const left = session;
  session = null;
  screen.close();
  history.replaceState(null, '', location.pathname);
  show('lobby');
  byId('banner', HTMLElement).hidden = true;
  await left?.leave();
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

function tableFor({ opponent, botLevel }: LobbyChoice): TableChoice {
  return { kind: 'any', options: opponent === 'bot' ? { opponent, botLevel } : { opponent } };
}

/** @returns null when the address asks for nothing */
function choiceOfAddress(query: URLSearchParams): TableChoice | null {
  const roomId = query.get('room');
  if (roomId !== null) return { kind: 'room', roomId };
  if (!query.has('opponent')) return null;
  const seconds = Number(query.get('clock'));
  return {
    kind: 'any',
    options: {
      opponent: opponentOf(query.get('opponent')),
      ...(query.get('level') === 'sharp' ? { botLevel: 'sharp' } : {}),
      ...(Number.isFinite(seconds) && seconds > 0 ? { clockMs: Math.round(seconds * 1_000) } : {}),
    },
  };
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
