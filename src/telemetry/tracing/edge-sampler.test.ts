import { afterEach, expect, test } from 'vitest';
import { TracingConfig } from '../../config/operations-config.ts';
import { writeTraceparent } from '../../protocol/traceparent.ts';
import { inSpan, type SpanSpec, startSpan, traceparentOf } from '../tracing.ts';
import { type OpenTracing, openTracing } from './open-tracing.ts';

const TELLER = { nodeId: 'n1', regionId: 'eu', services: 'all' };
const TRACES = 400;
/** Spread evenly: each is of another 400th of all ids, by the bits that the share is taken of (the last 14 digits), and by those before. */
const IDS = Array.from({ length: TRACES }, (_, at) => {
  const part = Math.floor(((at + 0.5) / TRACES) * 2 ** 48).toString(16);
  return `1234${part.padStart(12, '0')}${part.padStart(12, '0')}beef`;
});

let open: OpenTracing | null = null;
afterEach(async () => {
  await open?.close();
  open = null;
});

async function record(sampleRatio: number, keptSpans = 2_000): Promise<void> {
  open = await openTracing(TracingConfig.parse({ sampleRatio, keptSpans }), TELLER);
}

const asked = (traceId: string, isSampled: boolean): SpanSpec => ({
  ...{ name: 'request', isEdge: true },
  parent: writeTraceparent({ traceId, spanId: 'b7ad6b7169203331', isSampled }),
});

/** Which of the traces are recorded, when each comes in so. */
async function recorded(specOf: (traceId: string) => SpanSpec): Promise<readonly string[]> {
  for (const traceId of IDS) await inSpan(specOf(traceId), () => {});
  return IDS.filter((traceId) => (open?.book?.spansOf(traceId).length ?? 0) > 0);
}

test('[TR-6] of traces that clients ask for no more than the share is recorded, the same ones on every node', async () => {
  await record(0.25);
  const here = await recorded((traceId) => asked(traceId, true));
  expect(here.length).toBeGreaterThan(TRACES * 0.2);
  expect(here.length).toBeLessThan(TRACES * 0.3);
  await open?.close();
  await record(0.25);
  expect(await recorded((traceId) => asked(traceId, true))).toEqual(here);
});

test('[TR-6] a client that wishes not to be traced is not, and with a share of 0 nobody is', async () => {
  await record(1);
  expect(await recorded((traceId) => asked(traceId, false))).toEqual([]);
  expect(await recorded((traceId) => asked(traceId, true))).toEqual(IDS);
  await open?.close();
  await record(0);
  expect(await recorded((traceId) => asked(traceId, true))).toEqual([]);
});

test('[TR-6] traces that begin here are recorded by the share, too', async () => {
  await record(0.25);
  let begun = 0;
  for (let at = 0; at < 2_000; at++) {
    const span = startSpan({ name: 'request', isEdge: true });
    if (traceparentOf(span) !== null) begun += 1;
    span?.end();
  }
  // Ids are random: ten standard deviations.
  expect(begun).toBeGreaterThan(300);
  expect(begun).toBeLessThan(700);
});

test('[TR-6] everybody behind the edge follows what was decided there, whatever his own share', async () => {
  await record(0);
  const behind = (isSampled: boolean) => (traceId: string) => ({
    ...{ ...asked(traceId, isSampled), isEdge: false },
  });
  expect(await recorded(behind(true))).toEqual(IDS);
  await open?.close();
  await record(1);
  expect(await recorded(behind(false))).toEqual([]);
});

test('[TR-6] what is decided at the edge goes along to whoever is called', async () => {
  await record(0.25);
  for (const traceId of IDS) {
    const told = await inSpan(asked(traceId, true), (span) => traceparentOf(span));
    const isRecorded = (open?.book?.spansOf(traceId).length ?? 0) > 0;
    expect(told === null).toBe(!isRecorded);
  }
});

test('[TR-6] where nobody is to have spans there are none', async () => {
  await record(1, 0);
  expect(open?.book).toBeNull();
  expect(traceparentOf(startSpan({ name: 'request', isEdge: true }))).toBeNull();
});
