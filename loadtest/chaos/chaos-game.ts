// The game of the chaos runs: rooms that count what happens to them, in three durabilities.

import { StateView } from '@colyseus/schema';
import { type Client, defineGame, Room } from 'meridian';
import type { Durability } from '../../src/rooms/durability.ts';
import { machineNowMs } from '../machine/machine-clock.ts';
import { burnCpu } from './burn-cpu.ts';
import {
  ALARM_EVERY_MS,
  ChaosInput,
  ChaosPlayer,
  ChaosState,
  type Misbehaviour,
  ORDER_SETTLES_MS,
  SEAT_KEPT_S,
  STEP_HZ,
} from './chaos-state.ts';
import { openWitness } from './world/witness.ts';

/** Tells what bots cannot see: steps of a room that nobody reaches. Null: nobody wants to know. */
const witness = openWitness(process.env['CHAOS_WITNESS_FILE']);

/** What comes back through checkpoints only. */
interface Hidden {
  readonly tick: number;
}

class JournalRoom extends Room {
  static override allowAnonymous = true;
  override readonly durability: Durability = 'journal';
  override state = new ChaosState();
  override maxClients = 50;
  readonly #inputs = this.defineInput(ChaosInput);
  #isBroken = false;

  override messages = {
    add: (client: Client, { n }: { readonly n: number }) => {
      const player = this.state.players.get(client.sessionId);
      if (player === undefined) return;
      if (n <= player.added) player.repeats++;
      player.addsSkipped += Math.max(0, n - player.added - 1);
      player.added = Math.max(player.added, n);
    },
    misbehave: (_client: Client, how: Misbehaviour) => this.#misbehave(how),
  };

  override onCreate(options: { readonly seats?: number }): void {
    this.maxClients = options.seats ?? this.maxClients;
    this.setFixedTimestep(() => this.#step(), STEP_HZ);
    this.timers.on('alarm', () => this.#ring());
    if (!this.isRestored) this.timers.start('alarm', ALARM_EVERY_MS);
  }

  override onJoin(client: Client): void {
    const player = new ChaosPlayer();
    player.secret = 1 + Math.floor(Math.random() * 0xffff_fffe);
    this.state.players.set(client.sessionId, player);
    client.view = new StateView();
    client.view.add(player);
  }

  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, SEAT_KEPT_S);
  }

  override onLeave(client: Client): void {
    this.state.players.delete(client.sessionId);
  }

  override onCheckpoint(): Hidden {
    return { tick: this.state.tick };
  }

  override onRestore(hidden: Hidden): void {
    if (this.state.isPoisoned) process.kill(process.pid, 'SIGKILL');
    this.state.lives++;
    this.state.restoredTick = this.state.tick;
    this.state.hiddenTick = hidden.tick;
    this.#stamp();
  }

  #step(): void {
    if (this.#isBroken) throw new Error('A step that throws, as asked for.');
    const { state } = this;
    state.tick++;
    this.#stamp();
    for (const [sessionId, player] of state.players) {
      for (const { number } of this.#inputs.get(sessionId)) {
        if (number <= player.moved) player.repeats++;
        player.inputsSkipped += Math.max(0, number - player.moved - 1);
        player.moved = Math.max(player.moved, number);
      }
    }
  }

  #stamp(): void {
    this.state.clockMs = this.clock.elapsedTime;
    this.state.actedAtMs = machineNowMs();
    this.state.pid = process.pid;
    const { lives, tick, actedAtMs, pid } = this.state;
    witness?.({ kind: 'step', roomId: this.roomId, pid, life: lives, tick, atMs: actedAtMs });
  }

  /** Seconds in which nobody ran the room are made up for; one that is rung for twice is seen to be. */
  #ring(): void {
    const { elapsedTime } = this.clock;
    const seconds = Math.floor(elapsedTime / ALARM_EVERY_MS);
    this.state.alarms = Math.max(this.state.alarms + 1, seconds);
    this.timers.start('alarm', Math.ceil(ALARM_EVERY_MS - (elapsedTime % ALARM_EVERY_MS)));
  }

  #misbehave(how: Misbehaviour): void {
    switch (how.kind) {
      // By the process' own timers: the room's would come back with it.
      case 'throw':
        setTimeout(() => {
          this.#isBroken = true;
        }, ORDER_SETTLES_MS);
        return;
      case 'block':
        setTimeout(() => block(how.ms), ORDER_SETTLES_MS);
        return;
      case 'crash':
        process.kill(process.pid, 'SIGKILL');
        return;
      case 'poison':
        this.state.isPoisoned = true;
    }
  }
}

function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

class CheckpointRoom extends JournalRoom {
  override durability = 'checkpoint' as const;
}

class NoneRoom extends JournalRoom {
  override durability = 'none' as const;
}

export const game = defineGame({
  rooms: {
    journal: { room: JournalRoom, filterBy: ['group'] },
    checkpoint: { room: CheckpointRoom, filterBy: ['group'] },
    none: { room: NoneRoom, filterBy: ['group'] },
  },
});

burnCpu(Number(process.env['CHAOS_BURN_PERCENT'] ?? 0));
