/** What came of handing events to a sink. */
export type SinkOutcome =
  /** All of them are where they belong, for good. */
  | { readonly kind: 'written' }
  /** None or some of them are; the same are tried again. `reason` is for the log: a code, never an event. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number }
  /** Fewer at a time may go. */
  | { readonly kind: 'too-large' };

/** Where events go in the end. It may get an event more than once, by the same id. Methods do not throw. */
export interface EventSink {
  /** @param lines - a JSON `EventRecord` each, at least one */
  write(lines: readonly string[]): Promise<SinkOutcome>;
  close(): Promise<void>;
}
