import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { type PushSocket, servePushSocket } from './push-socket.ts';

/** The socket as ws has it. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly CLOSED = 3;
  readyState = 1;

  sayHello(): void {
    this.emit('message', Buffer.from('{"accessToken":"a.b.c"}'), false);
  }

  hangUp(): void {
    this.readyState = 3;
    this.emit('close');
  }
}

function greeted(): { readonly ws: FakeSocket; readonly socket: PushSocket } {
  const ws = new FakeSocket();
  const greet = vi.fn(async (_accessToken: string, _socket: PushSocket) => {});
  servePushSocket(ws as unknown as WebSocket, { greet, log: pino({ level: 'silent' }) });
  ws.sayHello();
  return { ws, socket: greet.mock.lastCall?.[1] as PushSocket };
}

test('who listens to its end hears it once', () => {
  const { ws, socket } = greeted();
  const ended = vi.fn();
  socket.onClose(ended);
  expect(ended).not.toHaveBeenCalled();
  ws.hangUp();
  expect(ended).toHaveBeenCalledOnce();
});

test('a socket that closed while it was being greeted does not stay: who listens later hears of it at once', () => {
  const { ws, socket } = greeted();
  ws.hangUp();
  const ended = vi.fn();
  socket.onClose(ended);
  expect(ended).toHaveBeenCalledOnce();
});
