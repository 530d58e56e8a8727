import type { FlagValues } from '../../cli/command-line.ts';
import { REPORT_FLAGS } from '../../cli/report-flags.ts';
import { seedFlag } from '../../matchsim/options.ts';

export const AUTOSCALE_COMMAND = {
  usage: 'npm run bench -- autoscale',
  summary: `A region's autoscaler, read from infra/kubernetes/game/autoscaler.yaml, on a virtual clock: an evening, a flash crowd, the loss of
a neighbour. Kubernetes' algorithm second by second, rooms placed by the code that places them in production; beside it other settings
and a fleet that does not scale. Takes half a minute, and is the same on every machine.`,
  flags: { seed: seedFlag, ...REPORT_FLAGS },
} as const;

export type AutoscaleOptions = FlagValues<(typeof AUTOSCALE_COMMAND)['flags']>;
