// The game of the survival tests: a room that writes down what it is told, in three durabilities. What its hooks are called with
// is a line of the node's log: `{"hook":"onRestore","roomId":…}`.

import { StateView } from '@colyseus/schema';
import { type Client, defineGame, Room } from 'meridian';
import type { Durability } from '../../src/rooms/durability.ts';
import { Actor, PlayState } from './survival-state.ts';

interface PlayOptions {
  readonly title?: string;
  readonly patchRateMs?: number;
  readonly seats?: number;
  /** How long a seat waits for who asked for it, s. */
  readonly reservedS?: number;
  /** How long the game keeps the seat of a player who drops, s. */
  readonly keptS?: number;
}

const SLOW_RESTORE_MS = 600;

class JournalRoom extends Room {
  static override allowAnonymous = true;
  override readonly durability: Durability = 'journal';
  override state = new PlayState();
  #options: PlayOptions = {};
  /** Not in the state. */
  #laps = 0;
  #brokenSteps = 0;

  override messages = {
    say: (_client: Client, word: string) => {
      this.state.words.push(word);
      this.#laps++;
    },
    alarm: (_client: Client, inMs: number) => this.timers.start('alarm', inMs),
    'end-in': (_client: Client, inMs: number) => this.timers.start('end', inMs),
    break: (_client: Client, steps: number) => {
      this.#brokenSteps = steps;
    },
    'on-restore': (_client: Client, what: string) => {
      this.state.onRestore = what;
    },
    'user-data': (client: Client, data: unknown) => {
      client.userData = data as never;
    },
    'who-am-i': (client: Client) => {
      client.send('you', { auth: client.auth, userData: client.userData });
    },
    lock: () => void this.lock(),
    end: () => void this.disconnect(),
  };

  override onCreate(options: PlayOptions): void {
    this.#options = options;
    this.#tell('onCreate', { options, words: this.state.words.length });
    this.maxClients = options.seats ?? 16;
    this.patchRate = options.patchRateMs ?? 0;
    this.seatReservationTimeout = options.reservedS ?? this.seatReservationTimeout;
    this.setFixedTimestep(() => this.#step(), 20);
    this.timers.on('alarm', () => this.state.alarms.push(this.clock.elapsedTime));
    this.timers.on('end', () => void this.disconnect());
  }

  override async onRestore(data: unknown): Promise<void> {
    this.#tell('onRestore', { data, words: [...this.state.words] });
    switch (this.state.onRestore) {
      case 'take-long':
        await busyWith(SLOW_RESTORE_MS);
        break;
      case 'throw':
        throw new Error('As asked for.');
      case 'kill':
        process.kill(process.pid, 'SIGKILL');
        break;
      case 'refuse-elsewhere':
        if (process.env['SURVIVAL_IS_TARGET'] === 'yes') throw new Error('As asked for.');
    }
    this.#laps = (data as { readonly laps: number }).laps;
  }

  override onCheckpoint(): unknown {
    return { laps: this.#laps };
  }

  override async onJoin(client: Client, options: { readonly slowMs?: number }): Promise<void> {
    if (options.slowMs !== undefined) {
      this.#tell('onJoin');
      await busyWith(options.slowMs);
    }
    const actor = new Actor().assign({ name: 'actor', secret: `secret of ${client.sessionId}` });
    this.state.actors.set(client.sessionId, actor);
    client.view = new StateView();
    client.view.add(actor);
  }

  override async onDrop(client: Client): Promise<void> {
    this.#tell('onDrop', { sessionId: client.sessionId });
    if (this.#options.keptS !== undefined) {
      await this.allowReconnection(client, this.#options.keptS);
    }
  }

  override onReconnect(client: Client): void {
    this.#tell('onReconnect', { sessionId: client.sessionId });
  }

  override onLeave(client: Client): void {
    this.#tell('onLeave', { sessionId: client.sessionId });
    this.state.actors.delete(client.sessionId);
  }

  override onRelease(): void {
    this.#tell('onRelease');
  }

  override onDispose(): void {
    this.#tell('onDispose');
  }

  #step(): void {
    if (this.#brokenSteps > 0) {
      this.#brokenSteps--;
      this.state.words.push('broken');
      throw new Error('A step that fails, as asked for.');
    }
    this.state.clockMs = this.clock.elapsedTime;
    if (process.env['SURVIVAL_TELLS_STEPS'] === 'yes') {
      console.log(JSON.stringify({ steppedRoomId: this.roomId, atMs: Date.now() }));
    }
    this.state.pid = process.pid;
  }

  #tell(hook: string, facts: Readonly<Record<string, unknown>> = {}): void {
    const { roomId, isRestored } = this;
    console.log(JSON.stringify({ hook, roomId, isRestored, atMs: Date.now(), ...facts }));
  }
}

class CheckpointRoom extends JournalRoom {
  override durability = 'checkpoint' as const;
}

/** Stays in its region, whatever happens. */
class RootedRoom extends JournalRoom {
  override readonly whenIsolated = 'play-on';
}

class NoneRoom extends JournalRoom {
  override durability = 'none' as const;
}

/** For players who signed in. */
class MembersRoom extends JournalRoom {
  static override allowAnonymous = false;
}

/** A database that takes its time. */
async function busyWith(ms: number): Promise<void> {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 10));
}

export const game = defineGame({
  rooms: {
    journal: { room: JournalRoom, filterBy: ['title'] },
    rooted: { room: RootedRoom, filterBy: ['title'] },
    checkpoint: { room: CheckpointRoom, filterBy: ['title'] },
    none: { room: NoneRoom, filterBy: ['title'] },
    members: { room: MembersRoom, filterBy: ['title'] },
  },
});
