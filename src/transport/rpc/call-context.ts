import { AsyncLocalStorage } from 'node:async_hooks';
import { activeTraceparent } from '../../telemetry/tracing.ts';

/** What a call passes on to the calls it causes. */
export interface CallContext {
  /** W3C Trace Context, level 2, §3.2: `00-<trace>-<parent>-<flags>`; empty: none. */
  readonly traceparent: string;
  /** When whoever asked first stops waiting, monotonic clock of this process, ms; `Infinity`: never. */
  readonly deadlineMs: number;
}

const NONE: CallContext = { traceparent: '', deadlineMs: Number.POSITIVE_INFINITY };
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

const storage = new AsyncLocalStorage<CallContext>();

/** The context of the request or call being served. */
export function callContext(): CallContext {
  return storage.getStore() ?? NONE;
}

/** What goes with a call, or a message, that is sent from here: the span that is active, or what came with the request. Empty: none. */
export function outgoingTraceparent(): string {
  // Without tracing nobody here has spans, and who is called may.
  return activeTraceparent() ?? callContext().traceparent;
}

/** Runs `work` for a request; a `traceparent` that is malformed counts as none. */
export function inCallContext<T>({ traceparent, deadlineMs }: CallContext, work: () => T): T {
  const sound = TRACEPARENT.test(traceparent) ? traceparent : '';
  return storage.run({ traceparent: sound, deadlineMs }, work);
}
