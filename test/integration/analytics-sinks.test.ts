// The sinks of analytics on a real disk and against a real HTTP server, when all is well and when it is not.

import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { EventShipper } from '../../src/analytics/event-shipper.ts';
import type { EventSink } from '../../src/analytics/event-sink.ts';
import {
  FileEventSink,
  type FileSinkOptions,
  type OpenSinkFile,
} from '../../src/analytics/event-sink-files.ts';
import { WebhookEventSink } from '../../src/analytics/event-sink-webhook.ts';
import { MemoryEventStream } from '../../src/analytics/event-stream-memory.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { AnalyticsMetrics } from '../../src/telemetry/analytics-metrics.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const log = pino({ level: 'silent' });
const WRITTEN = { kind: 'written' } as const;
const SOON = { withinMs: 10_000 };

const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => JSON.stringify({ id: `e${from + at}` }));

describe('files', () => {
  const limits = { fileMaxBytes: 1e6, fileMaxAgeMs: 60_000, folderMaxBytes: 1e9, keepMs: 1e9 };

  function sinkIn(
    folder: string,
    {
      open: openFile,
      clock = systemClock,
      ...options
    }: Partial<FileSinkOptions> & {
      readonly open?: OpenSinkFile;
      readonly clock?: typeof systemClock;
    } = {},
  ) {
    return new FileEventSink(
      { clock, log, ...(openFile === undefined ? {} : { open: openFile }) },
      { ...limits, folder, nodeId: 'n1', ...options },
    );
  }

  async function textsIn(folder: string): Promise<string[]> {
    const names = (await readdir(folder)).toSorted();
    return await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  }

  test('[AN-30] a line for an event, in a folder that it makes, in one file until it is full', async () => {
    await using folder = await temporaryFolder('sink');
    const path = join(folder.path, 'a', 'b');
    const sink = sinkIn(path, { fileMaxBytes: 30 });
    for (const from of [0, 2, 4]) expect(await sink.write(lines(2, from))).toEqual(WRITTEN);
    await sink.close();
    expect(await textsIn(path)).toEqual([
      `${lines(4).join('\n')}\n`,
      `${lines(2, 4).join('\n')}\n`,
    ]);
    for (const name of await readdir(path))
      expect(name).toMatch(/^events-\d{8}T\d{9}Z-n1-\d\.ndjson$/);
  });

  test('[AN-30] a new file when the last one is old', async () => {
    await using folder = await temporaryFolder('sink');
    let nowMs = 0;
    const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs };
    const sink = sinkIn(folder.path, { clock, fileMaxAgeMs: 1_000 });
    await sink.write(lines(1));
    nowMs = 999;
    await sink.write(lines(1, 1));
    expect(await textsIn(folder.path)).toHaveLength(1);
    nowMs = 1_000;
    await sink.write(lines(1, 2));
    expect(await textsIn(folder.path)).toHaveLength(2);
    await sink.close();
  });

  test('[AN-30] the oldest go when all are too much; what is not its own stays', async () => {
    await using folder = await temporaryFolder('sink');
    await writeFile(join(folder.path, 'notes.txt'), 'x'.repeat(1_000));
    const sink = sinkIn(folder.path, { fileMaxBytes: 1, folderMaxBytes: 30 });
    for (let n = 0; n < 6; n += 1) {
      await sink.write(lines(1, n));
      // Files are told apart by when they were changed.
      const before = Date.now();
      await eventually(() => Date.now() > before + 2, SOON);
    }
    await sink.close();
    const texts = (await textsIn(folder.path)).filter((text) => text.includes('"id"'));
    // 12 bytes each: two within the limit, and the one that was begun then.
    expect(texts.join('')).toBe(`${lines(3, 3).join('\n')}\n`);
    expect(await readdir(folder.path)).toContain('notes.txt');
  });

  test('[AN-30] a file that somebody has removed is not written to any more', async () => {
    await using folder = await temporaryFolder('sink');
    const sink = sinkIn(folder.path);
    await sink.write(lines(1));
    for (const name of await readdir(folder.path)) await rm(join(folder.path, name));
    expect(await sink.write(lines(1, 1))).toEqual(WRITTEN);
    expect(await textsIn(folder.path)).toEqual([`${lines(1, 1)}\n`]);
    await sink.close();
  });

  test('[AN-21, AN-30] a disk that becomes full in the midst of a write leaves no cut line', async () => {
    await using folder = await temporaryFolder('sink');
    let isFull = false;
    const sink = sinkIn(folder.path, {
      open: async (path) => {
        const file = await open(path, 'ax');
        return Object.assign(file, {
          appendFile: async (data: Uint8Array) => {
            const half = isFull ? data.subarray(0, data.length / 2) : data;
            await file.write(half);
            if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
          },
        });
      },
    });
    await sink.write(lines(2));
    isFull = true;
    for (let tries = 0; tries < 3; tries += 1) {
      expect(await sink.write(lines(2, 2))).toEqual({ kind: 'failed', reason: 'ENOSPC' });
    }
    // What the tries began with is gone.
    expect(await textsIn(folder.path)).toEqual([`${lines(2).join('\n')}\n`]);
    isFull = false;
    expect(await sink.write(lines(2, 2))).toEqual(WRITTEN);
    expect((await textsIn(folder.path)).join('')).toBe(`${lines(4).join('\n')}\n`);
    await sink.close();
  });

  test.runIf(process.platform === 'linux')(
    '[AN-21] a full disk as the kernel tells it (/dev/full) is a failure, and it goes on by itself',
    async () => {
      await using folder = await temporaryFolder('sink');
      let isFull = true;
      const sink = sinkIn(folder.path, {
        open: (path) => (isFull ? open('/dev/full', 'a') : open(path, 'ax')),
      });
      const { stream, shipper, metrics } = shipping(sink);
      await stream.append(lines(3));
      shipper.start();
      await eventually(async () => (await metrics()).includes('{step="ship"} 2'), SOON);
      isFull = false;
      await eventually(async () => (await metrics()).includes('shipped_total 3'), SOON);
      await shipper.stop(1_000, { goesOn: false });
      await sink.close();
      expect((await textsIn(folder.path)).join('')).toBe(`${lines(3).join('\n')}\n`);
    },
  );

  test('[AN-21] a folder that is none is a failure', async () => {
    await using folder = await temporaryFolder('sink');
    const path = join(folder.path, 'file');
    await writeFile(path, '');
    const sink = sinkIn(path);
    expect(await sink.write(lines(1))).toMatchObject({ kind: 'failed', reason: 'EEXIST' });
    await rm(path);
    await mkdir(path);
    expect(await sink.write(lines(1))).toEqual(WRITTEN);
    await sink.close();
  });
});

function shipping(sink: EventSink) {
  const registry = new Registry();
  const metrics = new AnalyticsMetrics(registry);
  const stream = new MemoryEventStream({ mostEvents: 10_000 });
  const shipper = new EventShipper({ stream, sink, clock: systemClock, metrics, log });
  return { stream, shipper, metrics: () => registry.metrics() };
}

interface Request {
  readonly headers: IncomingMessage['headers'];
  readonly ids: readonly string[];
  readonly atMs: number;
}

class Webhook implements AsyncDisposable {
  readonly requests: Request[] = [];
  readonly #server;
  answer: (response: ServerResponse, request: Request) => void = (response) => response.end();

  constructor() {
    this.#server = createServer((message, response) => {
      let body = '';
      message.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      message.on('end', () => {
        const ids = body
          .trimEnd()
          .split('\n')
          .map((line) => String((JSON.parse(line) as { id: string }).id));
        const request = { headers: message.headers, ids, atMs: performance.now() };
        this.requests.push(request);
        this.answer(response, request);
      });
    });
  }

  async url(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/in`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe('webhook', () => {
  test('[AN-31] NDJSON, a token, and a key that says which events they are', async () => {
    await using webhook = new Webhook();
    const sink = new WebhookEventSink({ url: await webhook.url(), token: 'secret' });
    for (const batch of [lines(2), lines(2), lines(1)])
      expect(await sink.write(batch)).toEqual(WRITTEN);
    const [first, again, less] = webhook.requests;
    expect(first?.ids).toEqual(['e0', 'e1']);
    expect(first?.headers).toMatchObject({
      ...{ 'content-type': 'application/x-ndjson', authorization: 'Bearer secret' },
    });
    expect(first?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    expect(again?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    expect(less?.headers['idempotency-key']).not.toBe(first?.headers['idempotency-key']);
    await sink.close();
  });

  test.each([400, 401, 404, 429, 500, 503])('[AN-31] %i is a failure', async (status) => {
    await using webhook = new Webhook();
    webhook.answer = (response) => response.writeHead(status).end('no');
    const sink = new WebhookEventSink({ url: await webhook.url(), token: '' });
    expect(await sink.write(lines(1))).toEqual({ kind: 'failed', reason: `HTTP ${status}` });
    expect(webhook.requests[0]?.headers.authorization).toBeUndefined();
    await sink.close();
  });

  test('[AN-31] a redirect is a failure, not a GET that says 200', async () => {
    await using webhook = new Webhook();
    const url = await webhook.url();
    webhook.answer = (response) => response.writeHead(302, { Location: url }).end();
    const sink = new WebhookEventSink({ url, token: '' });
    expect(await sink.write(lines(1))).toMatchObject({ kind: 'failed' });
    expect(webhook.requests).toHaveLength(1);
  });

  test('[AN-31] no answer, and nobody there, are failures', async () => {
    await using webhook = new Webhook();
    webhook.answer = () => {};
    const sink = new WebhookEventSink({ url: await webhook.url(), token: '', timeoutMs: 100 });
    expect(await sink.write(lines(1))).toEqual({ kind: 'failed', reason: 'TimeoutError' });
    const nobody = new WebhookEventSink({
      url: `http://127.0.0.1:${await freePort()}/`,
      token: '',
    });
    expect(await nobody.write(lines(1))).toEqual({ kind: 'failed', reason: 'ECONNREFUSED' });
  });

  test('[AN-31] 413 halves what is sent at a time, until it fits; nothing is left out', async () => {
    await using webhook = new Webhook();
    webhook.answer = (response, { ids }) => response.writeHead(ids.length > 50 ? 413 : 200).end();
    const sink = new WebhookEventSink({ url: await webhook.url(), token: '' });
    const { stream, shipper, metrics } = shipping(sink);
    await stream.append(lines(200));
    shipper.start();
    await eventually(async () => (await metrics()).includes('shipped_total 200'), SOON);
    await shipper.stop(1_000, { goesOn: false });
    const sizes = webhook.requests.map(({ ids }) => ids.length);
    expect(sizes).toEqual([200, 100, 50, 50, 50, 50]);
    expect(webhook.requests.slice(2).flatMap(({ ids }) => ids)).toEqual(
      lines(200).map((line) => (JSON.parse(line) as { id: string }).id),
    );
  });

  test('[AN-31] Retry-After is heard', async () => {
    await using webhook = new Webhook();
    webhook.answer = (response) =>
      webhook.requests.length === 1
        ? response.writeHead(503, { 'Retry-After': '1' }).end()
        : response.end();
    const sink = new WebhookEventSink({ url: await webhook.url(), token: '' });
    const { stream, shipper, metrics } = shipping(sink);
    await stream.append(lines(1));
    shipper.start();
    await eventually(async () => (await metrics()).includes('shipped_total 1'), SOON);
    await shipper.stop(1_000, { goesOn: false });
    const [first, second] = webhook.requests;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
  });
});
