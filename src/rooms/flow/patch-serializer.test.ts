import { EventEmitter } from 'node:events';
import { type Client, ClientState, Protocol } from '@colyseus/core';
import { Decoder, type Schema, StateView, schema, t } from '@colyseus/schema';
import { ProtocolModifier } from '@colyseus/shared-types';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { MeridianClient } from '../../transport/ws/meridian-client.ts';
import { StateRecorder } from '../journal/state-recorder.ts';
import { EncodeScratch } from './encode-scratch.ts';
import { type FlushListener, PatchSerializer } from './patch-serializer.ts';
import { RoomFlow } from './room-flow.ts';

const Player = schema({ x: t.uint32(), name: t.string() }, 'Player');
const Open = schema({ tick: t.uint32().default(0), players: t.map(Player) }, 'Open');
const Hidden = schema(
  { tick: t.uint32().default(0), players: t.map(Player), hands: t.map(Player).view() },
  'Hidden',
);

const LIMITS = {
  sendGateBytes: 100,
  sendResumeBytes: 10,
  sendHardLimitBytes: 1_000,
  sendGateMaxMs: 30_000,
};

/** A socket that keeps what it was given, as one that is blocked does: by reference. */
class HoldingSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly frames: Uint8Array[] = [];
  readonly pings: Buffer[] = [];

  ping(stamp: Buffer): void {
    this.pings.push(stamp);
  }

  /** Answers all pings that have come. */
  answer(): void {
    for (const stamp of this.pings.splice(0)) this.emit('pong', stamp);
  }

  send(frame: Uint8Array): void {
    this.frames.push(frame);
  }
}

/** A client of the room, and what it makes of its frames once it reads them. */
class Reader {
  readonly socket = new HoldingSocket();
  readonly client: Client;
  readonly acknowledged: number[] = [];
  readonly roomMs: number[] = [];
  readonly #decoder: Decoder;
  #read = 0;

  constructor(type: new () => object, view?: StateView) {
    this.client = new MeridianClient('session', this.socket as unknown as WebSocket);
    this.client.state = ClientState.JOINED;
    if (view) this.client.view = view;
    this.#decoder = new Decoder(new type() as never);
  }

  get unread(): number {
    return this.socket.frames.length - this.#read;
  }

  /** Reads every frame that waits. @returns the state */
  read(): unknown {
    for (const frame of this.socket.frames.slice(this.#read)) this.#decode(frame);
    this.#read = this.socket.frames.length;
    return this.#decoder.state.toJSON();
  }

  #decode(frame: Uint8Array): void {
    const head = frame[0] as number;
    const it = { offset: 1 };
    if ((head & ProtocolModifier.TIMED) !== 0) {
      const view = new DataView(frame.buffer, frame.byteOffset);
      this.roomMs.push(view.getUint32(1, true));
      this.acknowledged.push(view.getUint32(5, true));
      it.offset = 9;
    }
    const isState = (head & 0x1f) === Protocol.ROOM_STATE;
    if (isState && this.#decoder.root.refs.size > 1) this.#decoder.decodeResync(frame, it);
    else this.#decoder.decode(frame, it);
  }
}

/** Its kernel has room for every frame. */
function takeAtOnce({ client, socket }: Reader): void {
  vi.spyOn(client as MeridianClient, 'sendFrame').mockImplementation((frame, payloadOffset) => {
    socket.send(Uint8Array.from(frame.subarray(payloadOffset)));
    return true;
  });
}

/** Of a room that nobody watches. */
function unwatchedFlow(): RoomFlow {
  const ignore = () => {};
  return new RoomFlow(LIMITS, {
    flushEveryMs: () => 50,
    ...{ held: ignore, overloadChanged: ignore, levelChanged: ignore, tell: ignore },
  });
}

function open<T extends object>(
  type: new () => T,
  scratch = new EncodeScratch(),
  flow = unwatchedFlow(),
) {
  const told = { resynced: 0, skipped: 0, tooSlow: [] as Client[], sentBytes: 0 };
  const listener: FlushListener = {
    patchSent: (bytes) => {
      told.sentBytes += bytes;
    },
    sendGateSkipped: (count) => {
      told.skipped += count;
    },
    resynced: () => {
      told.resynced++;
    },
    tooSlow: (client) => void told.tooSlow.push(client),
  };
  const state = new type();
  const serializer = new PatchSerializer({
    ...{ scratch, listener, flow },
  });
  serializer.reset(state as never);
  const readers: Reader[] = [];
  return {
    state,
    told,
    serializer,
    /** Seats a reader: the full state first, then patches. */
    join(view?: StateView): Reader {
      const reader = new Reader(type, view);
      reader.client.raw(serializer.getFullState(reader.client));
      readers.push(reader);
      return reader;
    },
    flush(roomMs?: number): void {
      const clients = readers.map((reader) => reader.client);
      serializer.applyPatches(
        clients,
        undefined,
        roomMs === undefined ? undefined : { sNow: roomMs },
      );
    },
  };
}

function addPlayer(players: { set(key: string, player: object): unknown }, key: string, x: number) {
  const player = new Player();
  player.x = x;
  player.name = `player ${key}`;
  players.set(key, player);
  return player;
}

// The encoder gives advice on the console when it had to grow its buffer, which is meant to happen here.
beforeEach(() => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  return () => warn.mockRestore();
});

describe('[RM-1] PatchSerializer owns what it sends', () => {
  test.each([undefined, 1_234])(
    'frames a blocked socket holds stay as they were (room ms: %s)',
    (roomMs) => {
      const scratch = new EncodeScratch(64);
      const room = open(Open, scratch);
      const other = open(Open, scratch);
      const reader = room.join();
      const player = addPlayer(room.state.players, 'a', 0);
      for (let i = 1; i <= 20; i++) {
        player.x = i;
        room.state.tick = i;
        if (i % 5 === 0) addPlayer(room.state.players, `${i}`, i);
        if (i % 7 === 0) room.state.players.delete('5');
        room.flush(roomMs);
        // Another room, and somebody who joins, encode into the same scratch.
        addPlayer(other.state.players, `${i}`, i * 1_000);
        other.flush(roomMs);
        other.join();
      }
      expect(reader.unread).toBeGreaterThanOrEqual(20);
      expect(reader.read()).toEqual(room.state.toJSON());
    },
  );

  test('a full state is owned, and grows the scratch when it must', () => {
    const room = open(Open, new EncodeScratch(16));
    for (let i = 0; i < 500; i++) addPlayer(room.state.players, `${i}`, i);
    const early = room.join();
    const truth = room.state.toJSON();
    room.flush();
    for (let i = 0; i < 500; i++) (room.state.players.get(`${i}`) as { x: number }).x = 7;
    const late = room.join();
    const [first] = early.socket.frames;
    const decoder = new Decoder(new Open());
    decoder.decode(first as Uint8Array, { offset: 1 });
    expect(decoder.state.toJSON()).toEqual(truth);
    expect(late.read()).toEqual(room.state.toJSON());
  });

  test('clients without views share one buffer', () => {
    const room = open(Open);
    const [first, second] = [room.join(), room.join()];
    room.state.tick = 1;
    room.flush();
    expect(first.socket.frames.at(-1)?.buffer).toBe(second.socket.frames.at(-1)?.buffer);
  });

  test('a timed frame carries the room’s time and each client’s own acknowledgement', () => {
    const room = open(Open);
    const readers = [room.join(), room.join()];
    for (const [i, reader] of readers.entries()) {
      Object.assign(reader.client, { _inputBuffer: { ackSeq: 100 + i } });
    }
    room.flush(5_000);
    room.state.tick = 1;
    room.flush(5_050);
    for (const [i, reader] of readers.entries()) {
      expect(reader.read()).toEqual(room.state.toJSON());
      expect(reader.roomMs).toEqual([5_000, 5_050]);
      expect(reader.acknowledged).toEqual([100 + i, 100 + i]);
    }
  });

  test('[RM-1] a frame whose bytes the kernel has is used for the next client, one that a socket keeps is not', () => {
    const room = open(Open);
    const readers = [false, true, true, false, true].map((isTaken, i) => {
      const reader = room.join();
      Object.assign(reader.client, { _inputBuffer: { ackSeq: 10 + i } });
      if (isTaken) takeAtOnce(reader);
      return reader;
    });
    room.state.tick = 7;
    room.flush(1_000);
    room.state.tick = 8;
    room.flush(1_050);
    for (const [i, reader] of readers.entries()) {
      expect(reader.read()).toMatchObject({ tick: 8 });
      expect(reader.acknowledged).toEqual([10 + i, 10 + i]);
    }
  });

  test('nothing is sent when nothing changed, nor to who has not joined', () => {
    const room = open(Open);
    const [joined, joining] = [room.join(), room.join()];
    joining.client.state = ClientState.JOINING;
    const counts = () => [joined, joining].map((reader) => reader.socket.frames.length);
    // The state's own defaults are changes, too.
    room.flush();
    expect(counts()).toEqual([2, 1]);
    room.flush();
    expect(counts()).toEqual([2, 1]);
    room.state.tick = 1;
    room.flush();
    expect(counts()).toEqual([3, 1]);
  });
});

describe('[RM-4] PatchSerializer and slow sockets', () => {
  /** Four flushes, sixteen with a stalled socket, five more. */
  function stallAndDrain(
    room: { flush(roomMs?: number): void; told: { resynced: number; skipped: number } },
    slow: Reader,
    change: (i: number) => void,
    roomMs?: number,
  ): void {
    const changeAndFlush = (from: number, to: number) => {
      for (let i = from; i <= to; i++) {
        change(i);
        room.flush(roomMs);
      }
    };
    changeAndFlush(1, 4);
    slow.socket.bufferedAmount = 500;
    const before = slow.socket.frames.length;
    changeAndFlush(5, 20);
    expect(slow.socket.frames).toHaveLength(before);
    expect(room.told).toMatchObject({ skipped: 16, resynced: 0, tooSlow: [] });
    slow.socket.bufferedAmount = 0;
    changeAndFlush(21, 25);
    expect(room.told.resynced).toBe(1);
    const isState = (frame: Uint8Array) => ((frame[0] as number) & 0x1f) === Protocol.ROOM_STATE;
    expect(slow.socket.frames.filter(isState)).toHaveLength(2);
  }

  test.each([undefined, 100])(
    'gated, then resynchronised, and right from then on (room ms: %s)',
    (roomMs) => {
      const room = open(Open);
      const [slow, quick] = [room.join(), room.join()];
      const change = (i: number) => {
        room.state.tick = i;
        addPlayer(room.state.players, `${i}`, i);
        room.state.players.delete(`${i - 2}`);
      };
      stallAndDrain(room, slow, change, roomMs);
      expect(slow.read()).toEqual(room.state.toJSON());
      expect(quick.read()).toEqual(room.state.toJSON());
    },
  );

  test('the same with a view, whose changes pile up meanwhile', () => {
    const room = open(Hidden);
    const view = new StateView();
    const slow = room.join(view);
    const { hands } = room.state;
    const change = (i: number) => {
      room.state.tick = i;
      view.add(addPlayer(hands, `mine ${i}`, i));
      addPlayer(hands, `not mine ${i}`, i);
      const old = hands.get(`mine ${i - 1}`);
      if (old) view.remove(old);
      if (i % 3 === 0) hands.delete(`mine ${i}`);
    };
    stallAndDrain(room, slow, change);
    expect(slow.read()).toMatchObject({ tick: 25 });
    expect((slow.read() as { hands: object }).hands).toEqual({
      'mine 25': { x: 25, name: 'player mine 25' },
    });
  });

  test('above the hard limit it is let go', () => {
    const room = open(Open);
    const slow = room.join();
    slow.socket.bufferedAmount = 1_001;
    room.state.tick = 1;
    room.flush();
    expect(room.told.tooSlow).toEqual([slow.client]);
    expect(slow.socket.frames).toHaveLength(1);
  });
});

describe('[FL-5] PatchSerializer and the flow to a client', () => {
  /** A room whose clock the test moves, and two who join it at once. */
  function openFlowing<T extends object>(type: new () => T, view?: () => StateView) {
    let nowMs = 10_000;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const told = { held: 0, levels: [] as number[] };
    const flow = new RoomFlow(LIMITS, {
      flushEveryMs: () => 50,
      held: (count) => {
        told.held += count;
      },
      overloadChanged: () => {},
      levelChanged: (_client, { level }) => void told.levels.push(level),
      tell: () => {},
    });
    const room = open(type, new EncodeScratch(), flow);
    const readers = [room.join(view?.()), room.join(view?.())] as const;
    return {
      ...{ ...room, flow, told, readers },
      /** Flushes, and the quick one answers. */
      flushAfter(ms: number, roomMs?: number): void {
        nowMs += ms;
        room.flush(roomMs);
        readers[1].socket.answer();
      },
      [Symbol.dispose]: () => clock.mockRestore(),
    };
  }

  test.each([undefined, 100])(
    'who answers late gets later what the others have (room ms: %s)',
    (roomMs) => {
      using room = openFlowing(Open);
      const [slow, quick] = room.readers;
      for (const { socket } of room.readers) socket.answer();
      room.flushAfter(50, roomMs);
      slow.client.raw(room.serializer.getFullState(slow.client));
      room.flushAfter(1_500, roomMs);
      const before = slow.socket.frames.length;
      for (let i = 1; i <= 4; i++) {
        room.state.tick = i;
        addPlayer(room.state.players, `${i}`, i);
        room.state.players.delete(`${i - 2}`);
        room.flushAfter(50, roomMs);
      }
      expect(slow.socket.frames).toHaveLength(before);
      expect(room.told.held).toBeGreaterThanOrEqual(4);
      slow.socket.answer();
      // Nothing has changed; what was held leaves all the same, once.
      room.flushAfter(50, roomMs);
      expect(slow.socket.frames).toHaveLength(before + 1);
      for (const reader of [slow, quick]) expect(reader.read()).toEqual(room.state.toJSON());
      if (roomMs === undefined) {
        room.flushAfter(50);
        expect(slow.socket.frames).toHaveLength(before + 1);
      }
    },
  );

  test('the same with views', () => {
    using room = openFlowing(Hidden, () => new StateView());
    const [slow] = room.readers;
    for (const { socket } of room.readers) socket.answer();
    room.flushAfter(50);
    slow.client.raw(room.serializer.getFullState(slow.client));
    room.flushAfter(1_500);
    const before = slow.socket.frames.length;
    for (let i = 1; i <= 4; i++) {
      room.state.tick = i;
      const card = addPlayer(room.state.hands, `${i}`, i);
      slow.client.view?.add(card);
      room.flushAfter(50);
    }
    expect(slow.socket.frames).toHaveLength(before);
    slow.socket.answer();
    room.flushAfter(50);
    expect(slow.socket.frames).toHaveLength(before + 1);
    expect(slow.read()).toEqual(room.state.toJSON());
  });

  test('[FL-8] what is to come after the next patch takes it along', () => {
    using room = openFlowing(Open);
    const [slow] = room.readers;
    room.flushAfter(3_000);
    const before = slow.socket.frames.length;
    room.state.tick = 1;
    room.flow.pull();
    room.flushAfter(50);
    expect(slow.socket.frames).toHaveLength(before + 1);
    room.state.tick = 2;
    room.flushAfter(50);
    expect(slow.socket.frames).toHaveLength(before + 1);
  });
});

describe('[RM-16] PatchSerializer and views', () => {
  test('each sees his own, and a team shares its bytes', () => {
    const room = open(Hidden);
    const team = new StateView();
    const [a, b, alone, without] = [
      room.join(team),
      room.join(team),
      room.join(new StateView()),
      room.join(),
    ];
    const card = addPlayer(room.state.hands, 'of the team', 1);
    team.add(card);
    room.state.tick = 3;
    room.flush();
    card.x = 2;
    room.flush();
    const theirs = { 'of the team': { x: 2, name: 'player of the team' } };
    expect([a, b].map((reader) => reader.read())).toMatchObject([
      { tick: 3, hands: theirs },
      { tick: 3, hands: theirs },
    ]);
    for (const reader of [alone, without]) {
      const seen = reader.read() as { tick: number; hands?: object };
      expect(seen.tick).toBe(3);
      expect(Object.keys(seen.hands ?? {})).toEqual([]);
    }
  });
});

describe('[SV-4] PatchSerializer and a journal', () => {
  /** Follows the room by what is taken down, and counts how often a patch is encoded. */
  function journal(type: new () => object, room: ReturnType<typeof open<object>>) {
    const { serializer } = room;
    const encode = vi.spyOn(serializer.currentEncoder, 'encode');
    const decoder = new Decoder(new type() as never);
    const recorder = new StateRecorder(() => serializer.currentEncoder, new EncodeScratch(16));
    decoder.decode(recorder.checkpoint());
    serializer.recorder = {
      handOver: () => {},
      record: (shared) => decoder.decode(recorder.patch(shared)),
    };
    return {
      encode,
      get values(): unknown {
        return (decoder.state as Schema).toJSON();
      },
    };
  }

  test.each([
    ['open', Open],
    ['with views', Hidden],
  ])('takes down every flush of a room (%s), whoever is there', (_kind, type) => {
    const room = open<InstanceType<typeof Hidden>>(type as typeof Hidden);
    room.flush();
    const taken = journal(type, room as never);
    let turn = 0;
    const change = () => {
      room.state.tick = ++turn;
      addPlayer(room.state.players, `${turn}`, turn);
      room.state.hands?.set(`${turn}`, new Player());
      room.flush();
      expect(taken.values).toEqual(room.state.toJSON());
    };
    change();
    expect(taken.encode).toHaveBeenCalledTimes(1);
    const view = new StateView();
    const [plain, viewing] = [room.join(), room.join(view)];
    taken.encode.mockClear();
    change();
    // Once for all, and once for the view when there is one.
    expect(taken.encode).toHaveBeenCalledTimes(type === Open ? 1 : 2);
    const { hands: _hands, ...seen } = room.state.toJSON();
    expect(plain.read()).toMatchObject(seen);
    for (const reader of [plain, viewing]) reader.socket.bufferedAmount = 500;
    change();
    for (const reader of [plain, viewing]) reader.socket.bufferedAmount = 0;
    change();
    expect(plain.read()).toMatchObject({ tick: 4 });
  });

  test('a room without one does not encode while nobody is there', () => {
    const room = open(Open);
    const encode = vi.spyOn(room.serializer.currentEncoder, 'encode');
    room.state.tick = 1;
    room.flush();
    expect(encode).not.toHaveBeenCalled();
    expect(room.serializer.currentEncoder.hasChanges).toBe(false);
  });

  test('one that fails takes no patch twice', () => {
    const room = open(Open);
    const reader = room.join();
    room.serializer.recorder = {
      handOver: () => {},
      record: () => {
        throw new Error('full');
      },
    };
    room.state.tick = 1;
    expect(() => room.flush()).toThrow('full');
    room.serializer.recorder = null;
    const before = reader.socket.frames.length;
    room.flush();
    expect(reader.socket.frames).toHaveLength(before);
    expect(reader.read()).toEqual(room.state.toJSON());
  });
});
