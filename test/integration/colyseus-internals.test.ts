// Meridian builds on members that Colyseus and ws call private. They are listed in src/rooms/guards/room-internals.ts,
// src/rooms/journal/schema-internals.ts, src/rooms/interest/viewers.ts and src/transport/ws/short-frame-reader.ts; here they are looked for in the versions that are installed, so that an upgrade which
// moves one fails with its name instead of somewhere in a game.

import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type Client,
  type ClientPrivate,
  ClientState,
  Room as ColyseusRoom,
  Protocol,
  SchemaSerializer,
} from '@colyseus/core';
import {
  $changes,
  Decoder,
  Encoder,
  Reflection,
  type Schema,
  StateView,
  schema,
  TypeContext,
  t,
} from '@colyseus/schema';
import { WebSocketClient, WebSocketTransport } from '@colyseus/ws-transport';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type ClientInternals, internals } from '../../src/rooms/guards/room-internals.ts';
import {
  type ArrayInternals,
  collectionKind,
  fieldsOf,
  type IndexedInternals,
  type MapInternals,
  nextRefId,
  type Ref,
  setNextRefId,
  target,
  viewInternals,
} from '../../src/rooms/journal/schema-internals.ts';

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
    for (const method of ['_onMessage', '_onJoin', '_onLeave', '__init'] as const) {
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

  test('its input subsystem reads a frame of one input, and hands it to push() of the buffer', () => {
    const room = initialised();
    const controller = internals(room)._inputController;
    const client = {} as ClientInternals;
    controller?.allocate(client);
    const pushed: unknown[] = [];
    const buffer = client._inputBuffer as unknown as Record<'push' | 'clear', unknown>;
    buffer.push = (...args: readonly unknown[]) => void pushed.push(args);
    expect(buffer.clear).toBeTypeOf('function');
    controller?.decodeReliable(client, Buffer.of(0, 0x80, 1), { offset: 1 }, 0);
    expect(pushed).toHaveLength(1);
    expect(pushed[0]).toMatchObject([expect.any(Input), 0, 0, undefined]);
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

  test('a client that has not answered the JOIN frame has _enqueuedMessages, and no seat is held for it', async () => {
    const room = initialised();
    const client = new WebSocketClient('session', new EventEmitter() as never);
    expect(client).toMatchObject({ state: ClientState.JOINING, _enqueuedMessages: [] });
    await expect(room.allowReconnection(client as never, 1)).rejects.toMatchObject({
      code: 'not joined',
    });
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

describe('@colyseus/schema: what a journal takes apart and puts together', () => {
  const Leaf = schema({ x: t.uint8().default(0) }, 'InternalsLeaf');
  const Tree = schema(
    {
      map: t.map(Leaf),
      array: t.array('uint8'),
      set: t.set('string'),
      collection: t.collection(Leaf),
      hidden: t.string().optional().view(),
      brief: t.uint8().optional().patchOnly(),
    },
    'InternalsTree',
  );

  function planted() {
    const state = new Tree();
    const encoder = new Encoder(state);
    return { state, encoder, root: encoder.root };
  }

  test('a root counts ids, knows its trees and queues, and forgets them when told', () => {
    const { root } = planted();
    expect(nextRefId(root)).toBe(5);
    setNextRefId(root, 900);
    expect(nextRefId(root)).toBe(900);
    expect(Object.keys(root.changeTrees)).toHaveLength(5);
    expect(root.changes.next?.changeTree).toBeDefined();
    expect(root.unreliableChanges).toHaveProperty('next');
    expect(root.pendingFilterRefresh).toEqual([]);
    expect(root.forEachActiveView).toBeTypeOf('function');
  });

  test('a tree can be recycled once it has no root, and told its parents', () => {
    const { state } = planted();
    const tree = (state.map as unknown as Ref)[$changes];
    Object.assign(tree, { root: undefined });
    tree.recycle();
    expect(tree.isNew).toBe(true);
    for (const member of ['parentRef', '_parentIndex', 'extraParents', 'paused', 'refTarget']) {
      expect(member in tree, member).toBe(true);
    }
    expect(tree.parentRef).toBeUndefined();
    for (const method of ['addParent', 'hasParent', 'forEachChild', 'forEachLive'] as const) {
      expect(tree[method], method).toBeTypeOf('function');
    }
    const { encoder, metadata, tags } = tree.encDescriptor;
    expect([typeof encoder, metadata, tags]).toEqual(['function', undefined, []]);
  });

  test('collections keep their items, and maps their indexes, where they are expected', () => {
    const { state } = planted();
    const map = target<MapInternals>(state.map as unknown as Ref);
    state.map.set('a', new Leaf());
    expect([...map.$items.keys()]).toEqual(['a']);
    expect({ ...map.journal.indexByKey }).toEqual({ a: 0 });
    expect([...map.journal.keyByIndex]).toEqual([[0, 'a']]);
    expect(map.journal).toMatchObject({ nextIndex: 1, reset: expect.any(Function) });
    state.array.push(7);
    const array = target<ArrayInternals>(state.array as unknown as Ref);
    expect(array).toMatchObject({ items: [7], tmpItems: [7], deletedIndexes: [] });
    state.set.add('b');
    const set = target<IndexedInternals>(state.set as unknown as Ref);
    expect([[...set.$items], set.$refId, set.deletedItems]).toEqual([[[0, 'b']], 1, {}]);
    const kinds = [map, array, set, state.collection as unknown as Ref].map(collectionKind);
    expect(kinds).toEqual([1, 2, 3, 4]);
  });

  test('fields tell their modifiers', () => {
    expect(fieldsOf(Tree).map(({ name }) => name)).toEqual([
      ...['map', 'array', 'set', 'collection', 'hidden', 'brief'],
    ]);
    expect(fieldsOf(Tree).at(-1)).toMatchObject({ patchOnly: true, type: 'uint8' });
    const streamed = schema({ s: t.map(Leaf).stream(), old: t.uint8().deprecated() }, 'Streamed');
    expect(fieldsOf(streamed)).toMatchObject([{ stream: true }, { deprecated: true }]);
  });

  test('a view binds to a root, and keeps its bits on the trees', () => {
    const { state, root } = planted();
    const view = new StateView();
    viewInternals(view)._bindRoot(root);
    expect(view.id).toBe(0);
    const tree = (state as unknown as Ref)[$changes];
    view.markVisible(tree);
    viewInternals(view)._setSubscribed(tree);
    view.addTag(tree, 4);
    expect([tree.visibleViews, tree.subscribedViews, [...(tree.tagViews ?? [])]]).toEqual([
      ...[[1], [1], [[4, [1]]]],
    ]);
    expect([view.has(state), view.isSubscribed(tree), view.hasTag(state, 4)]).toEqual([
      ...[true, true, true],
    ]);
  });

  test('what a view shows or hides goes through markVisible and unmarkVisible of its own', () => {
    const Item = schema({ x: t.uint8().default(0) }, 'InternalsMarkedItem');
    const Holder = schema({ items: t.map(Item).view() }, 'InternalsMarkedHolder');
    const state = new Holder();
    const encoder = new Encoder(state as never);
    const item = new Item();
    state.items.set('a', item);
    const tree = (item as never as Ref)[$changes];
    const view = new StateView();
    viewInternals(view)._bindRoot(encoder.root);
    const marked: unknown[] = [];
    const { markVisible, unmarkVisible } = StateView.prototype;
    view.markVisible = (other) => void marked.push(other);
    view.unmarkVisible = (other) => void marked.push(other);
    view.add(item as never);
    expect(marked).toContain(tree);
    expect(tree.visibleViews).toBeUndefined();
    markVisible.call(view, tree);
    expect(view.isVisible(tree)).toBe(true);
    marked.length = 0;
    view.remove(item as never);
    expect(marked).toContain(tree);
    expect(view.isVisible(tree)).toBe(true);
    unmarkVisible.call(view, tree);
    expect(view.isVisible(tree)).toBe(false);
  });

  test('a decoder calls skipCurrentStructure for what it cannot follow', () => {
    class Strict extends Decoder {
      override skipCurrentStructure(): void {
        throw new Error('lost');
      }
    }
    const complaints = vi.spyOn(console, 'error').mockReturnValue();
    vi.spyOn(console, 'warn').mockReturnValue();
    const decoder = new Strict((Tree as unknown as typeof Schema).initializeForDecoder());
    expect(() => decoder.decode(Uint8Array.of(255, 99, 128, 1))).toThrow('lost');
    complaints.mockRestore();
  });

  test('a reflection asks an encoder for its context and the class of its state', () => {
    const { encoder, state } = planted();
    const asked = { context: TypeContext.cache(Tree as never), state } as unknown as Encoder;
    expect(Reflection.encode(asked)).toEqual(Reflection.encode(encoder));
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
