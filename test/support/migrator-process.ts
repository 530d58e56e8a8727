import { fork } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { ForkedProcess } from './forked-process.ts';

/** The steps of the migrator under test, in order. */
export const MIGRATOR_STEPS = ['one', 'two', 'three'] as const;

export type MigratorDatabase =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'mongodb'; readonly uri: string };

export interface MigratorPlan {
  readonly database: MigratorDatabase;
  readonly holder: string;
  readonly leaseMs: number;
  readonly waitMs: number;
  /** A step that it stays in until `goOn`. */
  readonly staysIn?: string;
}

export type MigratorNews =
  | { readonly kind: 'in-step'; readonly step: string }
  | { readonly kind: 'done'; readonly steps: readonly string[] }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** A migrator in a process of its own, so that it can be halted and killed. */
export class MigratorProcess extends ForkedProcess {
  readonly news: MigratorNews[] = [];

  constructor(plan: MigratorPlan) {
    const script = join(import.meta.dirname, 'migrator.ts');
    super(
      fork(script, [JSON.stringify(plan)], {
        execArgv: ['--conditions=meridian-source'],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    );
    this.child.on('message', (news) => this.news.push(news as MigratorNews));
  }

  async untilIn(step: string): Promise<void> {
    await eventually(
      () => this.news.some((news) => news.kind === 'in-step' && news.step === step),
      { withinMs: 15_000, everyMs: 2 },
    );
  }

  /** How it ended. */
  end(): Promise<Exclude<MigratorNews, { kind: 'in-step' }>> {
    return eventually(
      () =>
        this.news.find(
          (news): news is Exclude<MigratorNews, { kind: 'in-step' }> => news.kind !== 'in-step',
        ),
      { withinMs: 20_000 },
    );
  }

  /** Lets it leave the step it stays in. */
  leaveStep(): void {
    this.child.send('go');
  }
}
