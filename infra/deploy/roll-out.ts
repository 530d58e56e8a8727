import { gateTable, type Verdict } from './judge-gates.ts';
import type { ReleaseTool } from './release-tool.ts';
import type { GateOutcome } from './watch-gates.ts';

// One region:
//
//   5 % ─▶ gates ─▶ 25 % ─▶ gates ─▶ 50 % ─▶ gates ─▶ all ─▶ gates ─▶ promoted
//            └───────────────┴───────────────┴──────────────────┴─ one fails, or is still not known ─▶ rolled back

export interface RollOut {
  readonly tool: ReleaseTool;
  readonly build: string;
  /** Shares, one after the other, 0–1; the last is 1. */
  readonly steps: readonly number[];
  /** Watches the gates at that share. */
  readonly watch: () => Promise<GateOutcome>;
  readonly tell: (text: string) => void;
}

/** `stuck`: it could be neither released nor taken back; somebody must look. */
export type RollOutEnd =
  | { readonly kind: 'promoted' }
  | { readonly kind: 'rolled-back'; readonly atShare: number; readonly because: Verdict | 'error' }
  | { readonly kind: 'stuck'; readonly error: string };

/** Never throws: whatever goes wrong on the way, the build is taken back. */
export async function rollOut({ tool, build, steps, watch, tell }: RollOut): Promise<RollOutEnd> {
  let atShare = 0;
  let because: Verdict | 'error' = 'error';
  try {
    for (atShare of steps) {
      tell(`${build}: ${atShare * 100} % of new rooms\n`);
      await tool.give(build, atShare);
      const { verdict, results } = await watch();
      tell(gateTable(results));
      because = verdict;
      if (verdict !== 'pass') break;
    }
  } catch (error) {
    tell(`${(error as Error).message}\n`);
    because = 'error';
  }
  if (because === 'pass') return { kind: 'promoted' };
  try {
    tell(`${build} is taken back\n`);
    tell(await tool.rollBack(build));
    return { kind: 'rolled-back', atShare, because };
  } catch (error) {
    return { kind: 'stuck', error: (error as Error).message };
  }
}
