import { type Attributes, type Context, type Link, type SpanKind, trace } from '@opentelemetry/api';
import {
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

/**
 * Decides at the edge, once for the whole trace: a share of the traces, chosen by their ids. A client's wish not to be traced counts, its
 * wish to be traced does not: it could be anybody's. Behind the edge, everybody follows the decision that came along.
 */
export class EdgeSampler implements Sampler {
  readonly #ratio: Sampler;
  readonly #follow: Sampler;

  /** @param ratio - share of traces that are recorded, 0–1 */
  constructor(ratio: number) {
    this.#ratio = new TraceIdRatioBasedSampler(ratio);
    this.#follow = new ParentBasedSampler({ root: this.#ratio });
  }

  shouldSample(
    ...[context, traceId, name, kind, attributes, links]: [
      context: Context,
      traceId: string,
      name: string,
      kind: SpanKind,
      attributes: Attributes,
      links: Link[],
    ]
  ): SamplingResult {
    const followed = this.#follow.shouldSample(context, traceId, name, kind, attributes, links);
    const isNew = trace.getSpanContext(context) === undefined;
    if (attributes['meridian.edge'] !== true || isNew) return followed;
    if (followed.decision === SamplingDecision.NOT_RECORD) return followed;
    return this.#ratio.shouldSample(context, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `EdgeSampler{${this.#ratio}}`;
  }
}
