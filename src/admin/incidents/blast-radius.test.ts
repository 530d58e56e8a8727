import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INCIDENT_ACTIONS, type Incident } from '../../protocol/incidents.ts';
import type { Alert } from './alertmanager-webhook.ts';
import { decideAlert, decideOutcome, type IncidentContext } from './decide-incident.ts';
import { type IncidentState, NO_INCIDENTS } from './incident-state.ts';

type NodeAction = 'drain-node' | 'quarantine-node';

interface Its {
  /** What the node is, and what others see of it, which comes later. */
  is: 'in play' | 'quarantined' | 'draining';
  seen: Its['is'];
}

/** A region whose nodes sicken, die and join, and a bot that hears of it in any order. */
class Region {
  readonly nodes: Map<string, Its>;
  readonly #ratio: number;
  #state: IncidentState = NO_INCIDENTS;
  #nowMs = 0;

  constructor(size: number, ratio: number) {
    this.#ratio = ratio;
    this.nodes = new Map(
      Array.from({ length: size }, (_, at) => [String(at), { is: 'in play', seen: 'in play' }]),
    );
  }

  /** Nodes on which something is being done. */
  get acting(): readonly Incident[] {
    return this.#state.incidents.filter(({ phase }) => phase.kind === 'acting');
  }

  fire(action: NodeAction, nodeId: string): void {
    this.#decide(alertOf(action, nodeId, { startedAtMs: this.#nowMs }));
  }

  repeat(action: NodeAction, nodeId: string, isFiring = true): void {
    const { fingerprint } = alertOf(action, nodeId);
    for (const known of this.#state.incidents) {
      if (known.fingerprint !== fingerprint) continue;
      this.#decide(alertOf(action, nodeId, { startedAtMs: known.startedAtMs, isFiring }));
    }
  }

  resolve(action: NodeAction, nodeId: string): void {
    this.repeat(action, nodeId, false);
  }

  /** What is under way on a node ends. */
  end(nodeId: string, isDone: boolean): void {
    const incident = this.#state.incidents.find(
      (it) => it.nodeId === nodeId && ['acting', 'undoing'].includes(it.phase.kind),
    );
    if (incident === undefined) return;
    const its = this.nodes.get(nodeId);
    if (isDone && its !== undefined) its.is = stateAfter(incident, its.is);
    // A node tells what it is before it tells that it is done.
    if (its !== undefined) its.seen = its.is;
    const outcome = isDone
      ? ({ isDone, result: '' } as const)
      : ({ isDone: false, reason: '' } as const);
    const { incidentId } = incident;
    this.#state = decideOutcome(this.#state, { incidentId, outcome }, this.#context);
  }

  operatorDrains(nodeId: string): void {
    if (this.nodes.has(nodeId)) this.nodes.set(nodeId, { is: 'draining', seen: 'draining' });
  }

  joins(): void {
    this.nodes.set(`n${this.#nowMs}`, { is: 'in play', seen: 'in play' });
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  #decide(alert: Alert): void {
    this.#state = decideAlert(this.#state, alert, this.#context);
  }

  get #context(): IncidentContext {
    return {
      policy: {
        ...{ actions: INCIDENT_ACTIONS, unattended: ['drain-node', 'quarantine-node'] },
        ...{ cooldownMs: 3_000, approvalTtlMs: 1, isDryRun: false },
        blastRadiusRatio: this.#ratio,
      },
      world: {
        ...{ regionId: 'eu', hasAutoscaler: false, nowMs: this.#nowMs },
        fleet: [...this.nodes].map(([nodeId, { seen }]) => ({
          ...{ nodeId, names: [], isInPlay: seen === 'in play', isDraining: seen === 'draining' },
        })),
      },
    };
  }
}

function stateAfter({ action, phase }: Incident, was: Its['is']): Its['is'] {
  if (was === 'draining') return was;
  if (phase.kind === 'undoing') return 'in play';
  return action === 'drain-node' ? 'draining' : 'quarantined';
}

function alertOf(action: NodeAction, nodeId: string, change: Partial<Alert> = {}): Alert {
  return {
    ...{ isFiring: true, fingerprint: `${action}-${nodeId}`, startedAtMs: 0, name: 'A' },
    ...{ severity: '', summary: '', runbookUrl: '', regionId: 'eu', action, node: nodeId },
    ...change,
  };
}

const EVENTS: Readonly<
  Record<string, (region: Region, action: NodeAction, nodeId: string) => void>
> = {
  fire: (region, action, nodeId) => region.fire(action, nodeId),
  repeat: (region, action, nodeId) => region.repeat(action, nodeId),
  resolve: (region, action, nodeId) => region.resolve(action, nodeId),
  done: (region, _action, nodeId) => region.end(nodeId, true),
  failed: (region, _action, nodeId) => region.end(nodeId, false),
  operator: (region, _action, nodeId) => region.operatorDrains(nodeId),
  joins: (region) => region.joins(),
  dies: (region, _action, nodeId) => void region.nodes.delete(nodeId),
};

/** What began just now leaves enough in play, unless its node was out of it anyway. */
function expectWithinRadius(region: Region, began: readonly Incident[], ratio: number): void {
  const isOut = (nodeId: string | null) => region.nodes.get(nodeId ?? '')?.is !== 'in play';
  if (began.every(({ nodeId }) => isOut(nodeId))) return;
  const wanted = new Set(region.acting.map(({ nodeId }) => nodeId));
  const out = [...region.nodes.keys()].filter((nodeId) => isOut(nodeId) || wanted.has(nodeId));
  expect(out.length).toBeLessThan(region.nodes.size);
  expect(out.length).toBeLessThanOrEqual(Math.floor(ratio * region.nodes.size + 1e-9));
}

test('[IB-8] whatever comes in whatever order, no more than the share of nodes is taken out of play, and never the last', () => {
  const turn = fc.record({
    event: fc.constantFrom(...Object.keys(EVENTS)),
    action: fc.constantFrom<NodeAction>('drain-node', 'quarantine-node'),
    nodeId: fc.nat(7).map(String),
  });
  let begun = 0;
  fc.assert(
    fc.property(
      fc.array(turn, { maxLength: 60 }),
      fc.integer({ min: 1, max: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (turns, size, ratio) => {
        const region = new Region(size, ratio);
        for (const { event, action, nodeId } of turns) {
          region.pass(1_000);
          const before = new Set(region.acting.map(({ incidentId }) => incidentId));
          EVENTS[event]?.(region, action, nodeId);
          const began = region.acting.filter(({ incidentId }) => !before.has(incidentId));
          begun += began.length;
          expectWithinRadius(region, began, ratio);
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(begun).toBeGreaterThan(0);
});
