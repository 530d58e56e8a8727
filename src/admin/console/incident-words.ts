import type { Incident } from '../../protocol/incidents.ts';

const MS_PER_MINUTE = 60_000;

/** What has become of an incident, for people. */
export function incidentState({ phase, resolvedAtMs }: Incident): string {
  const over = resolvedAtMs === null ? '' : ', over';
  switch (phase.kind) {
    case 'noted':
      return `noted${over}`;
    case 'refused':
      return `refused: ${phase.reason}${over}`;
    case 'dry-run':
      return `dry run: would be done${over}`;
    case 'awaits-approval':
      return 'waits for approval';
    case 'acting':
      return 'is being done';
    case 'done':
      return `done: ${phase.result}${over}`;
    case 'failed':
      return `failed: ${phase.reason}${over}`;
    case 'undoing':
      return 'is taken back';
    case 'undone':
      return `taken back: ${phase.result}`;
  }
}

/** The class of its mark. */
export function incidentTone({ phase, resolvedAtMs }: Incident): 'is-bad' | 'is-warm' | 'is-good' {
  if (phase.kind === 'failed') return 'is-bad';
  if (phase.kind === 'awaits-approval') return 'is-warm';
  return resolvedAtMs === null && phase.kind !== 'done' ? 'is-warm' : 'is-good';
}

/** How long an operator has to answer; null: nobody waits for him. */
export function timeLeft({ phase }: Incident, atMs: number): string | null {
  if (phase.kind !== 'awaits-approval') return null;
  const minutes = Math.ceil(Math.max(0, phase.untilMs - atMs) / MS_PER_MINUTE);
  return `expires in ${minutes} min`;
}
