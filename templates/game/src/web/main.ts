import { MemoryStorage, MeridianClient } from '@meridian/client';
import {
  FIELD_SIZE,
  type FieldState,
  Move,
  movePlayer,
  PLAYER_RADIUS,
  type Player,
} from '../shared/field.ts';
import { steering } from './steering.ts';

const field = element('field');
const status = element('status');
const figures = new Map<Player, HTMLElement>();

// In memory: each window is a player of its own. Without `storage` the windows of a browser are one.
const client = new MeridianClient(location.origin, { storage: new MemoryStorage() });
await client.signInAsGuest();
const room = await client.joinOrCreate<FieldState>('field');
const direction = steering(field);
const input = room.input<Move>({ type: Move });
// Others are drawn a moment in the past, as late as this link needs; the own figure at once.
const predict = room.predict({ smooth: { players: { fields: ['x', 'y'] } } });
let isPredicted = false;

room.onConnection((connection) => {
  status.dataset['connection'] = connection.kind;
  if (connection.kind === 'reconnecting') status.textContent = 'The connection is lost …';
});
room.onLeave((_code, reason) => {
  status.textContent = reason ?? 'The game is over.';
});
requestAnimationFrame(frame);

function frame(nowMs: number): void {
  requestAnimationFrame(frame);
  const { players } = room.state;
  const me = players?.get(room.sessionId);
  if (me === undefined) return;
  if (!isPredicted) {
    predict.reconciler<Player, Move>(me, { input, fields: ['x', 'y'], step: movePlayer });
    isPredicted = true;
  }
  for (let due = predict.tick(nowMs); due > 0; due -= 1) {
    Object.assign(input.data, direction());
    input.send();
  }
  if (room.connection.kind === 'connected') status.textContent = `${players.size} here`;
  draw(me);
}

function draw(me: Player): void {
  const present = new Set(room.state.players.values());
  for (const player of present) {
    const figure = figures.get(player) ?? addFigure(player, player === me);
    figure.dataset['name'] = player.name;
    const scale = field.clientWidth / FIELD_SIZE;
    const left = (predict.value(player, 'x') - PLAYER_RADIUS) * scale;
    const top = (predict.value(player, 'y') - PLAYER_RADIUS) * scale;
    figure.style.transform = `translate(${left}px, ${top}px)`;
  }
  for (const [player, figure] of figures) {
    if (present.has(player)) continue;
    figure.remove();
    figures.delete(player);
  }
}

function addFigure(player: Player, isMe: boolean): HTMLElement {
  const figure = document.createElement('div');
  figure.className = isMe ? 'player me' : 'player';
  figure.style.setProperty('--hue', String(player.hue));
  field.append(figure);
  figures.set(player, figure);
  return figure;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return found;
}
