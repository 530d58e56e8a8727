import { z } from 'zod';

const Answer = z.union([
  z.object({
    status: z.literal('success'),
    data: z.union([
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
      }),
      z.object({ resultType: z.literal('scalar'), result: z.tuple([z.number(), z.string()]) }),
    ]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);

const TIMEOUT_MS = 10_000;

/** The query is wrong: no waiting mends it. */
export class QueryError extends Error {}

/** Prometheus does not answer, or cannot now. */
export class PrometheusAway extends Error {}

/** Asks a Prometheus for numbers (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries). */
export class Prometheus {
  readonly #url: string;

  /** @param url - of its root, e.g. `http://127.0.0.1:9090` */
  constructor(url: string) {
    this.#url = url.replace(/\/$/, '');
  }

  /**
   * The number that a query has now; null when it has none (no series, or 0 / 0).
   *
   * @throws {QueryError} for a query that is wrong or gives several numbers
   * @throws {PrometheusAway}
   */
  async number(query: string): Promise<number | null> {
    const answer = await this.#ask(query);
    if (answer.status === 'error') {
      if (answer.errorType === 'bad_data') throw new QueryError(`${answer.error}: ${query}`);
      throw new PrometheusAway(answer.error);
    }
    const { data } = answer;
    const values = data.resultType === 'scalar' ? [data.result] : data.result.map((it) => it.value);
    if (values.length > 1) {
      throw new QueryError(`gives ${values.length} numbers in place of one: ${query}`);
    }
    const number = Number(values[0]?.[1].replace('Inf', 'Infinity') ?? Number.NaN);
    return Number.isNaN(number) ? null : number;
  }

  async #ask(query: string): Promise<z.infer<typeof Answer>> {
    try {
      const response = await fetch(`${this.#url}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return Answer.parse(await response.json());
    } catch (error) {
      const { message, cause } = error as Error;
      const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
      throw new PrometheusAway(`${this.#url} does not answer as a Prometheus does (${why})`, {
        cause: error,
      });
    }
  }
}
