// A runner that everybody watches, and marksmen who say where they saw him. For tests of what a client draws.

import { schema, t } from '@colyseus/schema';
import { defineGame, type PlayerClient, Room } from 'meridian';
import { Aim, RUNNER_SPEED, STEP_HZ, TRACK } from './runner-track.ts';

const Runner = schema({ x: t.float32().default(0) }, 'Runner');
const RunnerState = schema({ runners: t.map(Runner) }, 'RunnerState');

class RunnerRoom extends Room {
  override state = new RunnerState();
  readonly #inputs = this.defineInput(Aim);
  readonly #rewind = this.allowRewindState({ maxRewindMs: 500 });
  readonly #runner = new Runner();
  #direction = 1;
  /** How far each aim was from what the room takes its marksman to have seen. */
  readonly #misses: number[] = [];

  override messages = {
    misses: () => this.#misses.splice(0),
    report: (client: PlayerClient) => (client as { readonly linkReport?: unknown }).linkReport,
    tell: (client: PlayerClient, quality: unknown) => client.send('meridian:quality', quality),
    now: () => this.clock.elapsedTime,
  };

  override onCreate(): void {
    this.#runner.x = TRACK.from;
    this.state.runners.set('runner', this.#runner);
    this.#rewind.attachAll(this.state.runners, { fields: ['x'] });
    this.setFixedTimestep(({ dt }) => this.#step(dt), STEP_HZ);
  }

  override async onDrop(client: PlayerClient): Promise<void> {
    await this.allowReconnection(client, 20);
  }

  #step(seconds: number): void {
    const { x } = this.#runner;
    if (x >= TRACK.to) this.#direction = -1;
    if (x <= TRACK.from) this.#direction = 1;
    this.#runner.x = x + this.#direction * RUNNER_SPEED * seconds;
    for (const { sessionId } of this.clients) {
      const inputs = this.#inputs.get(sessionId);
      for (let aim = inputs.next(); aim !== undefined; aim = inputs.next()) {
        const seen = this.#rewind.lastSeenBy(sessionId).read(this.#runner, ['x']);
        this.#misses.push(aim.x - seen.x);
      }
    }
  }
}

export const game = defineGame({ rooms: { runner: RunnerRoom } });
