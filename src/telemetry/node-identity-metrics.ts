import { Gauge, type Registry } from 'prom-client';

/** Who this process is, for whoever has to find it in a region. */
export interface NodeIdentity {
  /** As operators call it: the process id of Colyseus, or a random one of a process without rooms. */
  readonly nodeId: string;
  /** Of the game. */
  readonly build: string;
  /** What runs in it, e.g. `['game', 'profile']`. */
  readonly services: Iterable<string>;
  /** Seats it is thought to hold; 0: it has no rooms. */
  readonly seats: number;
}

/**
 * Tells Prometheus which node a target is: its address is all that a scrape knows, and operators drain nodes by their ids. One series a
 * process, so that the id may be a label here, and in no other metric.
 */
export class NodeIdentityMetrics {
  readonly #info: Gauge;
  readonly #seats: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#info = new Gauge({
      name: 'meridian_node_info',
      help: 'Always 1: the id of the node behind this target, its build, and the services in it.',
      labelNames: ['node', 'build', 'services'],
      registers,
    });
    this.#seats = new Gauge({
      name: 'meridian_node_seats',
      help: 'Seats the node is thought to hold (region.seatsPerNode); 0: it has no rooms.',
      registers,
    });
  }

  /** Called once, when the process knows. */
  is({ nodeId, build, services, seats }: NodeIdentity): void {
    this.#info.set({ node: nodeId, build, services: [...services].sort().join(',') }, 1);
    this.#seats.set(seats);
  }
}
