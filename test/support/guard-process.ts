import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ForkedProcess, firstMessage } from './forked-process.ts';
import type { ScenarioName } from './guard-rooms.ts';
import { nodeBinary } from './node-binary.ts';

/** The room base under a scenario: ours, or stock Colyseus'. */
export type Base = 'meridian' | 'stock';

const SCRIPT = fileURLToPath(new URL('./guard-server.ts', import.meta.url));

interface ProbeAnswer {
  readonly probe: string;
  readonly answer: unknown;
}

/** A server of guard-server.ts in a process of its own. */
export class GuardProcess extends ForkedProcess {
  readonly port: number;
  /** Resolves when the process has ended, however. */
  readonly ended: Promise<void>;

  private constructor(child: ChildProcess, port: number) {
    super(child);
    this.port = port;
    this.ended = once(child, 'exit').then(() => undefined);
  }

  /** @param settings - Meridian's configuration as environment variables; stock Colyseus has none of it */
  static async start(
    base: Base,
    scenario: ScenarioName,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<GuardProcess> {
    const child = fork(SCRIPT, ['--base', base, '--scenario', scenario], {
      execPath: base === 'stock' ? process.execPath : nodeBinary,
      execArgv: ['--conditions=meridian-source'],
      env: { ...process.env, ...settings },
      // Stock Colyseus tells at length how it dies; a Meridian that does is a finding.
      stdio: ['ignore', 'ignore', base === 'stock' ? 'ignore' : 'inherit', 'ipc'],
    });
    const story = () => `The ${base} server ended before it listened.`;
    const { port } = await firstMessage<{ readonly port: number }>(child, story);
    return new GuardProcess(child, port);
  }

  /** What the server answers to a probe of its scenario. @throws when it does not within `withinMs` */
  async ask<T>(probe: string, withinMs = 5_000): Promise<T> {
    const answered = Promise.withResolvers<T>();
    const onMessage = (message: ProbeAnswer) => {
      if (message.probe === probe) answered.resolve(message.answer as T);
    };
    const onExit = () => answered.reject(new Error('The server has ended.'));
    this.child.on('message', onMessage);
    this.child.once('exit', onExit);
    try {
      if (this.hasEnded) onExit();
      // It may end right now: then the channel is closed before the process has exited.
      else this.child.send({ probe }, (error) => error && answered.reject(error));
      const timeUp = sleep(withinMs, null, { ref: false }).then(() => {
        throw new Error(`The server did not answer '${probe}' within ${withinMs} ms.`);
      });
      return await Promise.race([answered.promise, timeUp]);
    } finally {
      this.child.off('message', onMessage);
      this.child.off('exit', onExit);
    }
  }

  /** Whether the process still turns its event loop: false when it hangs or has ended. */
  async isAnswering(withinMs = 1_500): Promise<boolean> {
    try {
      await this.ask('any', withinMs);
      return true;
    } catch {
      // Which of the two it was is not this question.
      return false;
    }
  }
}
