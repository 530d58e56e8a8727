// A process whose log has what shipping could break: a line of a trace, letters of many alphabets, a long one, and what is no JSON.

import { TracingConfig } from '../../src/config/operations-config.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { openTracing } from '../../src/telemetry/tracing/open-tracing.ts';
import { inSpan } from '../../src/telemetry/tracing.ts';

const tracing = await openTracing(TracingConfig.parse({ keptSpans: 10 }), {
  ...{ nodeId: 'n1', regionId: 'eu', services: 'game' },
});
const log = createLogger({
  level: 'info',
  teller: { node: 'n1', region: 'eu', service: 'game' },
});
await inSpan({ name: 'request', isEdge: true }, () => {
  log.info({ event: 'seat-reserved' }, 'in a trace');
});
log.warn('Zoë, Ω, 漢字, 🎲 and a "quoted\ttab\nline"');
log.error({ err: new Error('x'.repeat(30_000)) }, 'long');
console.log('no JSON: what a library prints');
await tracing.close();
