// A small game with everything a game has: inputs that are predicted, messages, requests, profiles, and doors to break
// things on purpose. Tests of the whole node play it.

import type { Worker } from 'node:worker_threads';
import { schema, t } from '@colyseus/schema';
import { defineGame, type PlayerClient, Room, type StepContext } from 'meridian';
import { MoveInput, STEP_HZ, stepWalker, Walker } from './field-simulation.ts';

const SEAT_KEPT_S = 20;
/** The node's own worker threads: test games may end them. */
const workers: Worker[] = [];
process.on('worker', (worker) => workers.push(worker));

const FieldState = schema(
  { ticks: t.uint32().default(0), walkers: t.map(Walker), blob: t.string().default('') },
  'FieldState',
);

/** Walkers on a line, moved by inputs only, 20 steps a second. */
class FieldRoom extends Room {
  override state = new FieldState();
  override maxMessagesPerSecondByType = { shout: 3 };
  readonly #inputs = this.defineInput(MoveInput);
  #filledBytes = 0;

  override messages = {
    echo: (client: PlayerClient, value: unknown) => client.send('echo', value),
    shout: (client: PlayerClient, word: unknown) =>
      this.broadcast('shout', [client.auth?.displayName, word]),
    add: (_client: PlayerClient, terms: readonly number[]) =>
      terms.reduce((sum, term) => sum + term, 0),
    /** Makes patches as big as that from now on, for readers that are slow. */
    fill: (_client: PlayerClient, bytes: number) => {
      this.#filledBytes = bytes;
      this.state.blob = '';
    },
    score: async (client: PlayerClient, points: number) => {
      const profile = await this.profiles.addStatistics(client.auth?.playerId ?? '', {
        'field.points': points,
      });
      return profile?.statistics;
    },
    remember: (client: PlayerClient, value: { readonly [key: string]: number }) =>
      this.profiles.writeSoon(client.auth?.playerId ?? '', { section: 'position', value }),
    recall: (client: PlayerClient) =>
      this.profiles.readSection(client.auth?.playerId ?? '', 'position'),
    throw: () => {
      throw new Error('thrown by a handler');
    },
    reject: () => {
      void Promise.reject(new Error('rejected, and nobody waits'));
    },
    'throw-outside': () => {
      // The process' own timer, not the room's: nobody contains what it throws.
      setTimeout(() => {
        throw new Error('thrown outside of any room');
      });
    },
    stall: (_client: PlayerClient, ms: number) => {
      const untilMs = performance.now() + ms;
      while (performance.now() < untilMs);
    },
    'end-store': async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };

  override onCreate(): void {
    this.setFixedTimestep((ctx) => this.#step(ctx), STEP_HZ);
  }

  override onJoin(client: PlayerClient): void {
    this.state.walkers.set(client.sessionId, new Walker());
  }

  override async onDrop(client: PlayerClient): Promise<void> {
    await this.allowReconnection(client, SEAT_KEPT_S);
  }

  override onLeave(client: PlayerClient): void {
    this.state.walkers.delete(client.sessionId);
  }

  #step(ctx: StepContext): void {
    this.state.ticks++;
    if (this.#filledBytes > 0) {
      this.state.blob = String(this.state.ticks).padEnd(this.#filledBytes, '.');
    }
    for (const [sessionId, walker] of this.state.walkers) {
      const inputs = this.#inputs.get(sessionId);
      for (let input = inputs.next(); input !== undefined; input = inputs.next()) {
        stepWalker(ctx, walker, input);
      }
    }
  }
}

/** Has a journal, and breaks when told to. */
class KeptRoom extends Room {
  override readonly durability = 'journal';
  override state = new FieldState();
  #isBroken = false;

  override messages = {
    break: () => {
      this.#isBroken = true;
    },
  };

  override onCreate(): void {
    this.setFixedTimestep(() => {
      if (this.#isBroken) throw new Error('broken, as asked for');
      this.state.ticks++;
    }, STEP_HZ);
  }
}

/** Writes what happened when it ends, and does not wait for it. */
class DiaryRoom extends Room {
  override state = new FieldState();
  readonly #players: string[] = [];

  override onJoin(client: PlayerClient): void {
    this.#players.push(client.auth?.playerId ?? '');
  }

  override onBeforeShutdown(): void {
    this.broadcast('closing', 'the node shuts down');
    super.onBeforeShutdown();
  }

  override onDispose(): void {
    for (const playerId of this.#players) {
      void this.profiles.addStatistics(playerId, { 'diary.shutdowns': 1 });
    }
  }
}

/** Never ends. */
class StubbornRoom extends Room {
  override state = new FieldState();

  override onDispose(): Promise<void> {
    return new Promise(() => {});
  }
}

/** Keeps its players when the node asks it to end. */
class ClingyRoom extends Room {
  override state = new FieldState();

  override onBeforeShutdown(): void {}
}

/** Fails when the node asks it to end. */
class ClumsyRoom extends Room {
  override state = new FieldState();

  override onBeforeShutdown(): void {
    throw new Error('fell over the doorstep');
  }
}

/** Lets nobody in. */
class ClosedRoom extends Room {
  override state = new FieldState();

  override onJoin(): void {
    throw new Error('the club is closed');
  }
}

/** Cannot even be made. */
class BrokenRoom extends Room {
  override onCreate(): void {
    throw new Error('the roof fell in');
  }
}

/** Two seats. */
class PairRoom extends Room {
  override state = new FieldState();
  override maxClients = 2;
  override seatReservationTimeout = 1;
}

export const game = defineGame({
  rooms: {
    field: FieldRoom,
    kept: KeptRoom,
    diary: DiaryRoom,
    stubborn: StubbornRoom,
    clingy: ClingyRoom,
    clumsy: ClumsyRoom,
    closed: ClosedRoom,
    broken: BrokenRoom,
    pair: PairRoom,
  },
});
