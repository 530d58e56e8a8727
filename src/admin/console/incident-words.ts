import type {
  Incident,
  IncidentAction,
  IncidentPhase,
  IncidentRefusal,
} from '../../protocol/incidents.ts';

const MS_PER_MINUTE = 60_000;

/** What each action does, as an operator is told who is to approve it. */
const ACTIONS: Readonly<Record<IncidentAction, string>> = {
  'drain-node':
    'Its durable rooms move to other nodes while they are played; it takes no new ones until its process ends.',
  'quarantine-node': 'It gets no new rooms and no new players; those it has stay.',
  'raise-replicas': 'A quarter more nodes are started at least.',
  'close-region': 'No new rooms are made there; its rooms and their players play on.',
  'shed-tickets': 'Its queues take no new tickets; those that wait stay.',
  'evacuate-region':
    'It cuts itself off from all other regions; its durable rooms go on in the nearest. Only people bring it back.',
};

const REFUSALS: Readonly<Record<IncidentRefusal, string>> = {
  'not-allowed': 'This bot may not do that.',
  'other-region': 'It is of another region.',
  'node-unknown': 'No node of this region goes by that name, or several do.',
  'already-out': 'The node takes no new rooms anyway.',
  'already-done': 'It has been done for another alert, and holds.',
  cooldown: 'The same was done there a short time ago.',
  'blast-radius': 'Too many nodes would be out of play.',
  'last-node': 'No node would be left that takes rooms.',
  'no-autoscaler': 'Nothing adds nodes here.',
  denied: 'An operator said no.',
  expired: 'Nobody answered in time.',
  resolved: 'The alert was over before anybody answered.',
};

/** What has become of an incident, in a word or two. */
export const PHASES: Readonly<Record<IncidentPhase['kind'], string>> = {
  noted: 'noted',
  refused: 'refused',
  'dry-run': 'dry run',
  'awaits-approval': 'waits for approval',
  acting: 'is being done',
  done: 'done',
  failed: 'failed',
  undoing: 'is taken back',
  undone: 'taken back',
};

/** What the bot did or waits for, in a sentence. */
export function incidentStory({ phase }: Incident): string {
  switch (phase.kind) {
    case 'noted':
      return 'It asks the bot for nothing: people look into it.';
    case 'refused':
      return `The bot did nothing. ${REFUSALS[phase.reason]}`;
    case 'dry-run':
      return 'The bot would have done it; here it only says so.';
    case 'awaits-approval':
      return 'The bot does it when an operator approves.';
    case 'acting':
      return `The bot is at it${by(phase)}.`;
    case 'done':
      return `The bot did it${by(phase)}: ${phase.result}`;
    case 'failed':
      return `The bot tried, and failed: ${phase.reason}`;
    case 'undoing':
      return 'The alert is over: the bot takes back what it did.';
    case 'undone':
      return `The alert is over, and what was done is taken back: ${phase.result}`;
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

/** What it concerns: `node n1`, `region eu`. */
export function incidentTarget({ nodeId, regionId }: Incident): string {
  return nodeId === null ? `region ${regionId}` : `node ${nodeId}`;
}

/** What is done when an operator approves. */
export function approvalText({ action }: Incident): string {
  return (ACTIONS as Readonly<Record<string, string>>)[action] ?? 'The bot does it at once.';
}

function by({ approvedBy }: { readonly approvedBy: string | null }): string {
  return approvedBy === null ? '' : `, approved by ${approvedBy.replace(/^operator:/, '')}`;
}
