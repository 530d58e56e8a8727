// Rooms that a hostile or unlucky client can break where nothing guards them. Each scenario is written once, against the
// part of the API that Colyseus' Room and Meridian's have in common, and is run on both (guard-server.ts).

import { type Client, type IRoomCache, matchMaker } from '@colyseus/core';
import { StateView, schema, t } from '@colyseus/schema';
import type { Room } from 'meridian';

/** Meridian's Room, or Colyseus' seen as if it were. */
export type RoomBase = typeof Room;

export interface Scenario {
  readonly rooms: Readonly<Record<string, new () => Room>>;
  /** Questions a test may ask from outside the room, over IPC: what the server knows, or is to do. */
  readonly probes: Readonly<Record<string, () => unknown>>;
}

const STEP_HZ = 30;

/** Much state that changes all the time: 100 kB per patch. */
function swarm(Base: RoomBase): Scenario {
  const Entity = schema({ x: t.uint32(), note: t.string() }, 'Entity');
  const State = schema({ tick: t.uint32().default(0), entities: t.map(Entity) }, 'SwarmState');
  const filler = 'x'.repeat(800);
  let room: InstanceType<typeof SwarmRoom> | undefined;
  let isHeld = false;

  class SwarmRoom extends Base {
    static override allowAnonymous = true;
    override state = new State();
    override patchRate = 33;

    override onCreate(): void {
      room = this;
      for (let i = 0; i < 300; i++) this.#add(i);
      this.setTimestep(() => {
        if (!isHeld) this.#change();
      }, 33);
    }

    #add(id: number): void {
      const entity = new Entity();
      entity.x = id;
      entity.note = `${id} ${filler}`;
      this.state.entities.set(`e${id}`, entity);
    }

    /** Two of five entities change, one goes, one comes: a patch that is missed cannot be made up for by a later one. */
    #change(): void {
      const tick = ++this.state.tick;
      let index = 0;
      for (const entity of this.state.entities.values()) {
        if ((index++ * 7 + tick * 3) % 5 > 1) continue;
        entity.x = tick;
        entity.note = `${tick} ${filler}`;
      }
      const [oldest] = this.state.entities.keys();
      if (oldest !== undefined) this.state.entities.delete(oldest);
      this.#add(1_000 + tick);
    }
  }

  return {
    rooms: { swarm: SwarmRoom },
    probes: {
      hold: () => {
        isHeld = true;
      },
      state: () => room?.state.toJSON(),
      clients: () => room?.clients.length,
      backlogBytes: () => Math.max(0, ...(room?.clients ?? []).map(bufferedAmount)),
    },
  };
}

/** Walks as its inputs say. */
function walker(Base: RoomBase): Scenario {
  const Move = schema({ dx: t.float32(), dy: t.float32() }, 'Move');
  const Player = schema({ x: t.float64().default(0), inputs: t.uint32().default(0) }, 'Walker');
  const State = schema({ tick: t.uint32().default(0), players: t.map(Player) }, 'WalkerState');
  let room: InstanceType<typeof WalkerRoom> | undefined;

  class WalkerRoom extends Base {
    static override allowAnonymous = true;
    override state = new State();
    // What is tested here are inputs; their number is bounded by time, not by this.
    override maxMessagesPerSecond = 100_000;
    override readonly inputs = this.defineInput(Move);

    override onCreate(): void {
      room = this;
      this.setFixedTimestep(() => {
        this.state.tick++;
        for (const [sessionId, player] of this.state.players) {
          for (const input of this.inputs.get(sessionId)) {
            player.x += input.dx;
            player.inputs++;
          }
        }
      }, STEP_HZ);
    }

    override onJoin(client: Client): void {
      this.state.players.set(client.sessionId, new Player());
    }
  }

  return {
    rooms: { walker: WalkerRoom },
    probes: {
      // As text: NaN is no JSON.
      positions: () => [...(room?.state.players.values() ?? [])].map((player) => String(player.x)),
      inputs: () => [...(room?.state.players.values() ?? [])].map((player) => player.inputs),
    },
  };
}

/** Throws where a client says. */
function faulty(Base: RoomBase): Scenario {
  const State = schema(
    { tick: t.uint32().default(0), count: t.uint32().default(0) },
    'FaultyState',
  );
  let room: InstanceType<typeof FaultyRoom> | undefined;
  const bug = (where: string) => new Error(`a bug of the game, in ${where}`);

  class FaultyRoom extends Base {
    static override allowAnonymous = true;
    override state = new State();
    #breaks: string | null = null;

    override messages = {
      handler: () => {
        throw bug('a message handler');
      },
      'async handler': () => Promise.reject(bug('an async message handler')),
      timer: () => {
        this.clock.setTimeout(() => {
          throw bug('a timer');
        }, 1);
      },
      'async timer': () => {
        this.clock.setTimeout(() => Promise.reject(bug('an async timer')), 1);
      },
      step: () => this.#breakIn('step'),
      'async step': () => this.#breakIn('async step'),
      onBeforePatch: () => this.#breakIn('onBeforePatch'),
      'async onBeforePatch': () => this.#breakIn('async onBeforePatch'),
      encoding: () => {
        const counted = this.state as { count: unknown };
        counted.count = 'not a number';
        setTimeout(() => {
          counted.count = 1;
        }, 100);
      },
      'every step': () => this.#breakIn('every step'),
    };

    override onCreate(): void {
      room = this;
      this.setFixedTimestep((): undefined | Promise<never> => {
        this.state.tick++;
        if (this.#breaks === 'every step') throw bug('every step');
        if (this.#take('step')) throw bug('a step');
        if (this.#take('async step')) return Promise.reject(bug('an async step'));
      }, STEP_HZ);
    }

    override onBeforePatch(): undefined | Promise<never> {
      if (this.#take('onBeforePatch')) throw bug('onBeforePatch');
      if (this.#take('async onBeforePatch')) return Promise.reject(bug('an async onBeforePatch'));
    }

    #breakIn(where: string): void {
      this.#breaks = where;
    }

    #take(where: string): boolean {
      if (this.#breaks !== where) return false;
      this.#breaks = null;
      return true;
    }
  }

  return {
    rooms: { faulty: FaultyRoom },
    probes: { tick: () => room?.state.tick, rooms: countRooms },
  };
}

/** Whether a patch leaves together with the step that made it. */
function stepper(Base: RoomBase): Scenario {
  const State = schema({ tick: t.uint32().default(0) }, 'StepperState');
  let flushes = 0;
  let alignedFlushes = 0;

  class StepperRoom extends Base {
    static override allowAnonymous = true;
    override state = new State();
    #hasJustStepped = false;

    override onCreate(): void {
      this.setFixedTimestep(() => {
        this.state.tick++;
        this.#hasJustStepped = true;
        // Runs when the timer's callback has ended: a flush from another timer comes later.
        queueMicrotask(() => {
          this.#hasJustStepped = false;
        });
      }, 20);
    }

    override onBeforePatch(): void {
      flushes++;
      if (this.#hasJustStepped) alignedFlushes++;
    }
  }

  return {
    rooms: { stepper: StepperRoom },
    probes: { flushes: () => flushes, alignedFlushes: () => alignedFlushes },
  };
}

/** A room that does nothing in particular, with seats that are kept for those who drop. */
function plain(Base: RoomBase): Scenario {
  const State = schema({ chats: t.uint32().default(0) }, 'PlainState');
  const rooms = new Set<PlainRoom>();
  const addresses: unknown[] = [];
  // Colyseus keeps hold of Date.now when a room is made, so it is replaced before there are any.
  const now = Date.now;
  let clockOffsetMs = 0;
  Date.now = () => now() + clockOffsetMs;

  class PlainRoom extends Base {
    static override allowAnonymous = true;
    override state = new State();
    override autoDispose = false;
    override maxMessagesPerSecondByType = { emote: 5 };
    override messages = {
      chat: () => {
        this.state.chats++;
      },
      emote: () => {
        this.state.chats++;
      },
    };

    override onCreate(): void {
      rooms.add(this);
    }

    override async onDrop(client: Client): Promise<void> {
      await this.allowReconnection(client, 20);
    }
  }

  /** Keeps the address that Colyseus says the player has. */
  class AddressRoom extends Base {
    static override onAuth(
      _token: unknown,
      _options: unknown,
      context: { ip?: string | undefined },
    ) {
      addresses.push(context.ip);
      return Promise.resolve({ ip: context.ip });
    }
  }

  /** Both checks: the static one admits everybody, the instance only those who know the word. */
  class DoorRoom extends Base {
    static override onAuth() {
      return Promise.resolve({ name: 'somebody' });
    }
    override onAuth(_client: Client, options: { word?: string }) {
      return options.word === 'friend';
    }
  }

  /** Nothing said about who may join. */
  class MembersRoom extends Base {}

  return {
    rooms: { plain: PlainRoom, address: AddressRoom, door: DoorRoom, members: MembersRoom },
    probes: {
      addresses: () => addresses,
      rooms: countRooms,
      chats: () => [...rooms].reduce((sum, room) => sum + room.state.chats, 0),
      clients: () => [...rooms].reduce((sum, room) => sum + room.clients.length, 0),
      timersOf30Rooms: async () => {
        const before = countTimers();
        for (let i = 0; i < 30; i++) await matchMaker.createRoom('plain', {});
        return countTimers() - before;
      },
      setClockForward: () => {
        clockOffsetMs = 3_600_000;
      },
      elapsedMs: () => Math.max(...[...rooms].map((room) => room.clock.elapsedTime)),
    },
  };
}

/** Hides part of the state from each client. */
function views(Base: RoomBase): Scenario {
  const Card = schema({ value: t.uint32() }, 'Card');
  const State = schema({ tick: t.uint32().default(0), cards: t.map(Card).view() }, 'ViewsState');
  let room: InstanceType<typeof ViewsRoom> | undefined;

  class ViewsRoom extends Base {
    static override allowAnonymous = true;
    override state = new State();
    override autoDispose = false;
    #teamView: StateView | undefined;
    override messages = {
      deal: () => {
        for (const [sessionId, card] of this.state.cards) {
          card.value++;
          this.clients.get(sessionId)?.view?.add(card);
        }
      },
    };

    override onCreate(): void {
      room = this;
      this.setFixedTimestep(() => this.state.tick++, STEP_HZ);
    }

    override onJoin(client: Client, options: { team?: boolean }): void {
      const card = new Card();
      card.value = 1;
      this.state.cards.set(client.sessionId, card);
      if (options.team === true) {
        this.#teamView ??= new StateView();
        client.view = this.#teamView;
      } else {
        client.view = new StateView();
      }
      client.view.add(card);
    }

    override onLeave(client: Client): void {
      this.state.cards.delete(client.sessionId);
    }
  }

  return {
    rooms: { views: ViewsRoom },
    probes: {
      clients: () => room?.clients.length,
      viewIds: () => room?.clients.map((client) => client.view?.id),
    },
  };
}

/** Keeps seats, and writes down who dropped, returned and left. */
function keeper(Base: RoomBase): Scenario {
  const State = schema({ chats: t.uint32().default(0) }, 'KeeperState');
  const heard: string[] = [];
  let room: InstanceType<typeof KeeperRoom> | undefined;
  let release: (() => void) | undefined;
  let isHeld = false;
  let isRefusing = false;

  class KeeperRoom extends Base {
    static override allowAnonymous = true;
    override state = new State();
    override autoDispose = false;
    override messages = {
      chat: () => {
        this.state.chats++;
      },
    };

    override onCreate(): void {
      room = this;
    }

    override async onDrop(client: Client): Promise<void> {
      heard.push('drop');
      await this.allowReconnection(client, 20);
    }

    override async onReconnect(): Promise<void> {
      heard.push('return');
      if (isRefusing) throw new Error('As asked for.');
      if (!isHeld) return;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }

    override onLeave(): void {
      heard.push('leave');
    }
  }

  return {
    rooms: { keeper: KeeperRoom },
    probes: {
      heard: () => heard,
      clients: () => room?.clients.length,
      /** Keys of what Colyseus holds seats by. */
      holds: () =>
        Object.keys((room as unknown as { readonly _reconnections: object })._reconnections).length,
      holdReturns: () => {
        isHeld = true;
      },
      releaseReturns: () => {
        isHeld = false;
        release?.();
      },
      refuseReturns: () => {
        isRefusing = true;
      },
      holdDoor: () => {
        const opened = new Promise<void>((resolve) => {
          release = resolve;
        });
        Object.assign(room as object, {
          onAuth: async () => {
            heard.push('asked');
            await opened;
            return true;
          },
        });
      },
      releaseDoor: () => release?.(),
    },
  };
}

export const SCENARIOS = { swarm, walker, faulty, stepper, plain, views, keeper } satisfies Record<
  string,
  (Base: RoomBase) => Scenario
>;

export type ScenarioName = keyof typeof SCENARIOS;

async function countRooms(): Promise<number> {
  const rooms: readonly IRoomCache[] = await matchMaker.query({});
  return rooms.length;
}

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

function bufferedAmount(client: Client): number {
  return (client.ref as unknown as { readonly bufferedAmount: number }).bufferedAmount;
}
