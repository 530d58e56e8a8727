// What is shipped for collectors of traces and logs names what nodes really write. The programs themselves are not run.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { repositoryRoot } from '../support/repository.ts';

const read = (path: string) =>
  readFileSync(join(repositoryRoot, 'infra/observability', path), 'utf8');

test('[TR-7] the collector listens where nodes send, and each part of its pipeline is one that it has', () => {
  const collector = parse(read('otel/collector.yaml')) as {
    receivers: { otlp: { protocols: { http: { endpoint: string } } } };
    processors: object;
    exporters: object;
    service: { pipelines: { traces: Record<string, string[]> } };
  };
  expect(collector.receivers.otlp.protocols.http.endpoint).toBe('0.0.0.0:4318');
  const { receivers, processors, exporters } = collector.service.pipelines.traces;
  expect(receivers).toEqual(Object.keys(collector.receivers));
  expect(processors).toEqual(Object.keys(collector.processors));
  expect(exporters).toEqual(Object.keys(collector.exporters));
});

test('[TR-11] labels of shipped lines are keys that every line has', () => {
  const { pipeline, parsers } = parse(read('logs/fluent-bit.yaml')) as {
    pipeline: { outputs: { label_keys: string }[]; filters: { parser: string }[] };
    parsers: { name: string; time_key: string }[];
  };
  const keys = pipeline.outputs[0]?.label_keys.split(',').map((key) => key.slice(1));
  expect(keys).toEqual(['region', 'service', 'level']);
  expect(parsers[0]?.name).toBe(pipeline.filters[0]?.parser);
  expect(parsers[0]?.time_key).toBe('time');
});
