import { Histogram, Registry } from 'prom-client';

/** From a room in this rack to one that is being made on a busy node. */
const JOIN_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12];
/** From the step that was about to run to three of a turn-based room. */
const INPUT_BUCKETS_SECONDS = [0.005, 0.01, 0.017, 0.033, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 2];

/**
 * How long players wait for a room and for its first answer. Histograms, for they add up over nodes; where the join is traced its bucket
 * points to the trace (OpenMetrics exemplars, told to scrapers that ask for OpenMetrics).
 */
export class JoinMetrics {
  readonly #join: Histogram<'room'>;
  readonly #firstInput: Histogram<'room'>;

  constructor(registry: Registry) {
    // prom-client has exemplars in registries of OpenMetrics only, and a metric may be in several.
    const open = new Registry();
    open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const registers = [open];
    this.#join = new Histogram({
      name: 'meridian_join_seconds',
      help: 'From a socket that comes for its seat to the full state handed to it.',
      buckets: JOIN_BUCKETS_SECONDS,
      labelNames: ['room'],
      enableExemplars: true,
      registers,
    });
    this.#firstInput = new Histogram({
      name: 'meridian_first_input_seconds',
      help: 'From the first input of a client in a room to the flush that acknowledges it.',
      buckets: INPUT_BUCKETS_SECONDS,
      labelNames: ['room'],
      enableExemplars: true,
      registers,
    });
    registry.registerMetric(this.#join);
    registry.registerMetric(this.#firstInput);
  }

  /** @param traceId - empty: the join is not traced */
  joined(room: string, seconds: number, traceId: string): void {
    this.#join.observe({ labels: { room }, value: seconds, exemplarLabels: exemplarOf(traceId) });
  }

  /** @param traceId - empty: the join is not traced */
  firstInputAcknowledged(room: string, seconds: number, traceId: string): void {
    const exemplarLabels = exemplarOf(traceId);
    this.#firstInput.observe({ labels: { room }, value: seconds, exemplarLabels });
  }
}

/** As Grafana and Prometheus call it. */
function exemplarOf(traceId: string): Record<string, string> {
  return traceId === '' ? {} : { trace_id: traceId };
}
