// Runners on a line, 60 steps a second, in rooms that say how the inputs came. They outlive their node.

import { schema, t } from '@colyseus/schema';
import { type Client, defineGame, Room, repeatLast, type StepContext } from 'meridian';
import { RunInput, Runner, STEP_HZ, stepRunner } from './runner-simulation.ts';

const SEAT_KEPT_S = 20;
const RunnerState = schema({ runners: t.map(Runner), pid: t.uint32() }, 'RunnerState');
type RunnerRecord = InstanceType<typeof Runner>;

class RunnerRoom extends Room {
  static override allowAnonymous = true;
  override readonly durability = 'journal';
  override state = new RunnerState();
  protected readonly runInputs = this.defineInput(RunInput);

  override onCreate(): void {
    this.state.pid = process.pid;
    this.setFixedTimestep((ctx) => this.#step(ctx), STEP_HZ);
  }

  override onRestore(): void {
    this.state.pid = process.pid;
  }

  override onJoin(client: Client): void {
    this.state.runners.set(client.sessionId, new Runner());
  }

  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, SEAT_KEPT_S);
  }

  override onLeave(client: Client): void {
    this.state.runners.delete(client.sessionId);
  }

  #step(ctx: StepContext): void {
    for (const [sessionId, runner] of this.state.runners) {
      const count = this.#take(ctx, runner, sessionId);
      if (count > 1) runner.fullSteps += 1;
      if (count === 0 && runner.applied > 0) runner.emptySteps += 1;
    }
  }

  /** @returns how many inputs came */
  #take(ctx: StepContext, runner: RunnerRecord, sessionId: string): number {
    let count = 0;
    const inputs = this.runInputs.get(sessionId);
    for (const input of inputs) {
      stepRunner(ctx, runner, input);
      if (inputs.wasIdle) {
        if (input.direction !== 0) runner.guesses += 1;
        continue;
      }
      count += 1;
      if (input.number !== runner.newest + 1) runner.leaps += 1;
      runner.applied += 1;
      runner.newest = input.number;
    }
    return count;
  }
}

class GuessingRunnerRoom extends RunnerRoom {
  protected override readonly runInputs = this.defineInput(RunInput, { idle: repeatLast(3) });
}

export const game = defineGame({
  rooms: { runner: RunnerRoom, guessing: GuessingRunnerRoom },
});
