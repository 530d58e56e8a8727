import { join } from 'node:path';
import { LineProcess } from '../../machine/line-process.ts';
import { pinned, type Runtimes } from '../../machine/runtimes.ts';
import { ENCODERS, type EncoderName } from './encode-contenders.ts';
import type { EncodeRun } from './encode-meter.ts';
import type { ScenarioName } from './scenarios.ts';

export interface EncodeOptions {
  readonly players: number;
  /** Times each contender has its turn. */
  readonly turns: number;
  /** Of a turn; fewer where a tick takes long. */
  readonly ticks: number;
}

const CORE = 0;

/** What a contender's process is started with. */
export interface EncodeSetup {
  readonly contender: EncoderName;
  readonly scenario: ScenarioName;
  readonly players: number;
}

/** What it answers: to `turn <ticks>`, to `result`. */
export type EncodeAnswer = { readonly kind: 'turned' } | EncodeRun;

/**
 * Both contenders in one scenario, in turns. Each in a process of its own, as servers are: in one, what the compiler has learnt of
 * one contender is wrong for the other one, which costs the faster one more.
 *
 * @throws {Error} when a process ended early; the message carries the end of its stderr
 */
export async function measureEncoding(
  { projectRoot, runtimes }: { readonly projectRoot: string; readonly runtimes: Runtimes },
  scenario: ScenarioName,
  { players, turns, ticks }: EncodeOptions,
): Promise<EncodeRun[]> {
  const processes = ENCODERS.map((contender) => {
    const setup: EncodeSetup = { contender, scenario, players };
    const script = [join(import.meta.dirname, 'encode-process.ts'), JSON.stringify(setup)];
    const args = ['--conditions=meridian-source', ...script];
    const started = pinned(runtimes, CORE, runtimes.node, args);
    return new LineProcess<EncodeAnswer>({ name: contender, ...started, cwd: projectRoot });
  });
  try {
    for (let turn = 0; turn < turns; turn++) {
      const inTurn = turn % 2 === 0 ? processes : processes.toReversed();
      for (const process of inTurn) await process.ask(`turn ${ticks}`);
    }
    const runs: EncodeRun[] = [];
    for (const process of processes) runs.push((await process.ask('result')) as EncodeRun);
    return runs;
  } finally {
    await Promise.all(processes.map((process) => process.quit()));
  }
}
