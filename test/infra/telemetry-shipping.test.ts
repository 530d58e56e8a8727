// What is shipped for collectors of traces and logs names what nodes really write. Of the programs themselves only rsyslog is run.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { appendFile, copyFile, mkdir, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { findProgram } from '../../bin/setup/find-program.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { repositoryRoot } from '../support/repository.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const RSYSLOG = findProgram(['rsyslogd', '/usr/sbin/rsyslogd']);

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

/** A collector of logs: every line that comes. */
async function openCollector(port: number): Promise<readonly string[]> {
  const lines: string[] = [];
  const server = createServer((socket) => {
    createInterface({ input: socket }).on('line', (line) => lines.push(line));
    onTestFinished(() => void socket.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return lines;
}

/** What Meridian writes, into a file of its own, as PM2 has it. */
async function writeLines(file: string): Promise<void> {
  const writer = spawn(
    process.execPath,
    ['--conditions=meridian-source', 'test/support/traced-lines.ts'],
    { cwd: repositoryRoot, stdio: ['ignore', openSync(file, 'a'), 'inherit'] },
  );
  expect(await once(writer, 'exit')).toEqual([0, null]);
}

async function end(program: ChildProcess): Promise<void> {
  const ended = once(program, 'exit');
  if (program.exitCode === null && program.kill('SIGKILL')) await ended;
}

test.skipIf(RSYSLOG === null)(
  '[TR-11] [TR-12] rsyslog carries lines to a collector as they were written, each whole and with its traceId',
  async () => {
    await using folder = await temporaryFolder('rsyslog');
    const at = (name: string) => join(folder.path, name);
    await mkdir(at('logs'));
    const port = await freePort();
    const lines = await openCollector(port);
    const shipped = read('logs/rsyslog.conf')
      .replace('"LOG_HOST"', '"127.0.0.1"')
      .replace('"601"', `"${port}"`)
      .replaceAll('PM2_HOME', folder.path);
    // As Debian's own file does, where it stands for the whole machine.
    const machine = `global(workDirectory="${folder.path}")\ninclude(file="${at('shipped.conf')}")\n`;
    await Promise.all([
      writeFile(at('shipped.conf'), shipped),
      writeFile(at('rsyslog.conf'), machine),
    ]);
    const rsyslog = spawn(
      RSYSLOG ?? '',
      ['-n', '-i', at('rsyslogd.pid'), '-f', at('rsyslog.conf')],
      { stdio: 'inherit' },
    );
    try {
      await writeLines(at('logs/meridian-out.log'));
      const written = readFileSync(at('logs/meridian-out.log'), 'utf8').trimEnd().split('\n');
      expect(written).toHaveLength(4);
      await eventually(() => lines.length >= written.length, { withinMs: 20_000 });
      expect(lines).toEqual(written);
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({
        ...{ msg: 'in a trace', region: 'eu', service: 'game' },
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      // As pm2-logrotate does; then the process goes on.
      await copyFile(at('logs/meridian-out.log'), at('logs/meridian-out__2026-01-01.log'));
      await truncate(at('logs/meridian-out.log'));
      await appendFile(at('logs/meridian-out.log'), '{"msg":"after the rotation"}\n');
      await appendFile(at('logs/meridian-error.log'), 'what Node says when it ends\n');
      const later = ['what Node says when it ends', '{"msg":"after the rotation"}'];
      await eventually(() => later.every((line) => lines.includes(line)), { withinMs: 20_000 });
      expect(lines).toHaveLength(written.length + later.length);
    } finally {
      await end(rsyslog);
    }
  },
);
