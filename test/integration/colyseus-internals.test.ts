// Meridian builds on members that Colyseus and ws call private. They are listed in src/rooms/guards/room-internals.ts and
// src/transport/ws/short-frame-reader.ts; here they are looked for in the versions that are installed, so that an upgrade which
// moves one fails with its name instead of somewhere in a game.

import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type Client,
  type ClientPrivate,
  Room as ColyseusRoom,
  Protocol,
  SchemaSerializer,
} from '@colyseus/core';
import { Encoder, StateView, schema, t } from '@colyseus/schema';
import { WebSocketClient, WebSocketTransport } from '@colyseus/ws-transport';
import { describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { internals } from '../../src/rooms/guards/room-internals.ts';

const State = schema({ tick: t.uint32().default(0) }, 'InternalsState');
const Input = schema({ dx: t.int8() }, 'InternalsInput');

class StockRoom extends ColyseusRoom {
  override state = new State();
  override readonly inputs = this.defineInput(Input);
}

/** A room as the matchmaker makes it, up to `onCreate`. */
function initialised(): StockRoom {
  const room = new StockRoom();
  internals(room).__init();
  room.patchRate = null;
  return room;
}

/** Ends what `initialised` started: Colyseus' timers would keep the process. */
function end(room: StockRoom): void {
  room.autoDispose = false;
  // No listing: it is in no driver, which would be asked to remove it.
  Object.assign(room, { _listing: undefined });
  internals(room)._events.emit('dispose');
}

describe('@colyseus/core: Room', () => {
  test('its private methods are on the prototype, where they can be overridden', () => {
    for (const method of ['_onMessage', '_onJoin', '__init'] as const) {
      expect(
        Object.getOwnPropertyDescriptor(ColyseusRoom.prototype, method)?.value,
        method,
      ).toBeTypeOf('function');
    }
  });

  test('its private fields', () => {
    const room = initialised();
    const self = internals(room);
    expect(self._events).toBeInstanceOf(Object);
    expect(self._events.once).toBeTypeOf('function');
    expect(self._reservedSeats).toEqual({});
    expect(Object.hasOwn(room, '_inputController')).toBe(true);
    end(room);
  });

  test('believes that a simulation ticks its clock when _simulationInterval is set', () => {
    const room = initialised();
    const elapsedMs = () => room.clock.elapsedTime;
    internals(room)._simulationInterval = true;
    room.clock.tick();
    const before = elapsedMs();
    room.clock.currentTime -= 1_000;
    room.broadcastPatch();
    expect(elapsedMs()).toBe(before);
    internals(room)._simulationInterval = undefined;
    room.broadcastPatch();
    expect(elapsedMs()).toBeGreaterThanOrEqual(before + 1_000);
    end(room);
  });

  test('its clock asks `now`, and knows its pending timers', () => {
    const room = initialised();
    Object.assign(room.clock, { now: () => 7_000 });
    room.clock.start();
    expect(room.clock.currentTime).toBe(7_000);
    room.clock.setTimeout(() => {}, 10);
    expect(room.clock.delayed).toHaveLength(1);
    end(room);
  });

  test('its input subsystem: options, allocate, capture, and what they put on a client', () => {
    const room = initialised();
    const controller = internals(room)._inputController;
    expect(controller?.options.ctor).toBe(Input);
    expect(controller?.capture).toBeTypeOf('function');
    const client = {} as Client & ClientPrivate;
    controller?.allocate(client);
    expect(client._input).toBeInstanceOf(Input);
    expect(client._inputDecoder?.decode).toBeTypeOf('function');
    expect(client._reckonBaseline).toBe(0);
    const buffer = client._inputBuffer as { consumedCount: number; readonly ackSeq: number };
    buffer.consumedCount++;
    expect(buffer.ackSeq).toBe(1);
    end(room);
  });

  test('a reserved seat is [options, auth, isConsumed, isHeld]', async () => {
    const room = initialised();
    Object.assign(room, { _listing: { roomId: 'r' } });
    const reserve = (room as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[
      '_reserveSeat'
    ];
    // The driver is not set up; the seat is made before it is asked.
    await reserve?.call(room, 'session', { map: 'm' }, { playerId: 'p' }, 60, true).catch(() => {});
    expect(internals(room)._reservedSeats['session']).toEqual([
      { map: 'm' },
      { playerId: 'p' },
      false,
      true,
    ]);
    end(room);
  });

  test('counts messages in _messageCountResetsAt, so that 0 switches its count off', () => {
    const room = initialised();
    room.maxMessagesPerSecond = 1;
    const answers: unknown[] = [];
    const client = {
      ref: new EventEmitter(),
      _messageCountResetsAt: 0,
      raw: (bytes: unknown) => answers.push(bytes),
    } as unknown as Client & ClientPrivate;
    for (let i = 0; i < 5; i++) {
      client._messageCountResetsAt = 0;
      internals(room)._onMessage(client, Buffer.of(Protocol.PING));
    }
    expect(answers).toHaveLength(5);
    end(room);
  });
});

describe('@colyseus/core: SchemaSerializer; @colyseus/schema: Encoder', () => {
  test('what the patch serializer overrides and reads', () => {
    const serializer = new SchemaSerializer();
    const state = new State();
    serializer.reset(state as never);
    const { encoder } = serializer as unknown as { readonly encoder: Encoder };
    expect(encoder.sharedBuffer).toBeInstanceOf(Uint8Array);
    expect(encoder.hasChanges).toBe(true);
    expect(encoder.root.changes.next).toBeDefined();
    for (const member of ['needFullEncode', 'hasFilters', 'fullEncodeBuffer']) {
      expect(Object.hasOwn(serializer, member), member).toBe(true);
    }
    for (const method of ['encode', 'encodeView', 'encodeAll', 'encodeAllView', 'discardChanges']) {
      expect(encoder[method as 'encode'], method).toBeTypeOf('function');
    }
    expect(Encoder.BUFFER_SIZE).toBeTypeOf('number');
    const view = new StateView();
    expect(view.dispose).toBeTypeOf('function');
    expect(view.changes.size).toBe(0);
  });
});

describe('@colyseus/ws-transport', () => {
  test('what the transport and its client build on', () => {
    expect(Object.hasOwn(WebSocketClient.prototype, 'raw')).toBe(true);
    const transport = new WebSocketTransport({ noServer: true, pingInterval: 0 });
    const { wss } = transport as unknown as { readonly wss: WebSocketServer };
    expect(wss).toBeInstanceOf(WebSocketServer);
    expect(wss.listenerCount('connection')).toBe(1);
    wss.close();
  });
});

describe('ws', () => {
  test('a socket’s _socket and _receiver tell where it stands between frames', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 4_096 });
    await once(server, 'listening');
    const connected = once(server, 'connection') as Promise<[WebSocket]>;
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [[ws]] = await Promise.all([connected, once(client, 'open')]);
    const { _socket: socket, _receiver: receiver } = ws as unknown as {
      readonly _socket: EventEmitter;
      readonly _receiver: Record<string, unknown>;
    };
    expect(socket.listenerCount('data')).toBe(1);
    expect(receiver).toMatchObject({
      _state: 0,
      _bufferedBytes: 0,
      _fragmented: 0,
      _loop: false,
      _maxPayload: 4_096,
      writable: true,
    });
    client.terminate();
    server.close();
  });
});
