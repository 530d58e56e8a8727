// What the conductor, the servers and the players' process tell each other, as JSON: the setup in argv, reports as lines.

export interface ServerSetup {
  readonly redisPort: number;
  readonly port: number;
  /** Shared by the nodes of a region. */
  readonly jwtSecret: string;
}

export type ServerReport = { readonly kind: 'ready' };

export interface LoadSetup {
  /** Ports of the nodes; players ask them in turn. */
  readonly ports: readonly number[];
  readonly warmUpJoins: number;
  readonly joins: number;
  /** Joins under way at a time. */
  readonly concurrency: number;
}

export interface JoinsWindow {
  readonly kind: 'joins';
  readonly joined: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly joinsPerSecond: number;
  /** Request → first state, ms. */
  readonly joinMs: { readonly p50: number; readonly p95: number; readonly max: number };
  /** Request → seat reservation, ms. */
  readonly seatMs: { readonly p50: number; readonly p95: number; readonly max: number };
}

export type LoadReport = { readonly kind: 'warm' } | JoinsWindow;

export function say(report: ServerReport | LoadReport): void {
  process.stdout.write(`@${JSON.stringify(report)}\n`);
}
