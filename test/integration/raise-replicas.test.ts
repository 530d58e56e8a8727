// The incident bot raises and lowers an autoscaler: the real bot and its real client of Kubernetes' API, over TLS and a real Redis, against a
// FAKE of that API. That a real cluster answers as the fake does is nowhere shown here.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Alert } from '../../src/admin/incidents/alertmanager-webhook.ts';
import { KubernetesAutoscaler } from '../../src/admin/incidents/kubernetes-autoscaler.ts';
import type { RedisClient } from '../../src/storage/redis/redis-script.ts';
import { eventually } from '../support/eventually.ts';
import { FakeAutoscalerApi } from '../support/fake-autoscaler-api.ts';
import { alertOf, openLocalBot } from '../support/local-incident-bot.ts';
import { RedisServer } from '../support/redis-server.ts';
import { serverCertificate } from '../support/server-certificate.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

const PATIENCE = { withinMs: 20_000 };
const RAISED = 'meridian.dev/raised-for';

let opened: AsyncDisposableStack;
let redis: RedisClient;
let folder: TemporaryFolder;
let certificate: Awaited<ReturnType<typeof serverCertificate>>;

describe.skipIf(!existsSync('/usr/bin/openssl') && process.env['CI'] === undefined)(
  "raise-replicas, against a fake of Kubernetes' API",
  () => {
    let api: FakeAutoscalerApi;
    beforeAll(async () => {
      opened = new AsyncDisposableStack();
      folder = opened.use(await temporaryFolder('autoscaler'));
      certificate = await serverCertificate(folder.path);
      writeFileSync(join(folder.path, 'namespace'), 'meridian\n');
      redis = opened.use(opened.use(await RedisServer.start()).client());
    });
    afterAll(() => opened.disposeAsync());
    beforeEach(async () => {
      await redis.flushall();
      writeFileSync(join(folder.path, 'token'), 'first\n');
      api = await FakeAutoscalerApi.open({ ...certificate, token: 'first' });
      onTestFinished(() => api[Symbol.asyncDispose]());
    });

    function startBot(botId: string) {
      const autoscaler = new KubernetesAutoscaler({
        ...{ url: api.url, name: 'game', serviceAccountFolder: folder.path },
      });
      const request = async () => ({});
      const local = openLocalBot({ redis, botId, request, autoscaler });
      local.bot.start();
      onTestFinished(() => local.bot.stop());
      return {
        ...local,
        tell: (told: Alert) => local.store.post([{ kind: 'alert', alert: told }]),
      };
    }
    const busy = (change: Partial<Alert> = {}) =>
      alertOf({ name: 'NodesAreBusy', action: 'raise-replicas', node: '', ...change });

    test('[IB-3] [IB-13] a quarter more while the alert fires, marked with its incident; as many as before when it is over', async () => {
      const { tell, audit } = startBot('one');
      const told = busy({ fingerprint: 'busy' });
      await tell(told);
      await eventually(() => audit.length === 1, PATIENCE);
      expect(api.least).toBe(5);
      expect(api.annotations[RAISED]).toMatch(/^busy-\w+ 4 5$/);
      await tell({ ...told, isFiring: false });
      await eventually(() => audit.length === 2, PATIENCE);
      expect(api.least).toBe(4);
      expect(api.annotations).toEqual({});
      expect(audit).toMatchObject([
        { action: 'raise-replicas', outcome: 'done', reason: 'at least 5 nodes instead of 4' },
        { action: 'lower-replicas', outcome: 'done', reason: 'at least 4 nodes again' },
      ]);
    });

    test('[IB-1] [IB-13] a bot that takes over does not raise again what the first has raised', async () => {
      const first = startBot('first');
      // It is done, and the bot dies before it has the answer.
      const written = Promise.withResolvers<void>();
      const answered = Promise.withResolvers<void>();
      onTestFinished(() => answered.resolve());
      api.onWritten = async () => {
        written.resolve();
        await answered.promise;
      };
      await first.tell(busy());
      await written.promise;
      await first.bot.stop();
      const second = startBot('second');
      await eventually(() => second.audit.length === 1, PATIENCE);
      expect(second.audit).toMatchObject([{ outcome: 'done', reason: 'at least 5 nodes' }]);
      expect([api.least, api.writes]).toEqual([5, 1]);
    });

    test('[IB-3] what somebody has changed since stays as he said', async () => {
      const { tell, audit } = startBot('one');
      const told = busy();
      await tell(told);
      await eventually(() => audit.length === 1, PATIENCE);
      api.changedTo(9);
      await tell({ ...told, isFiring: false });
      await eventually(() => audit.length === 2, PATIENCE);
      expect(api.least).toBe(9);
      expect(api.annotations).toEqual({});
      expect(audit[1]?.reason).toBe('at least 9 nodes, as somebody has said since');
    });

    test('[IB-12] who changes it between read and write is not overwritten: it is read again', async () => {
      const { tell, audit } = startBot('one');
      let reads = 0;
      api.onRead = () => {
        reads += 1;
        if (reads === 1) api.changedTo(6);
      };
      await tell(busy());
      await eventually(() => audit.length === 1, PATIENCE);
      expect([reads, api.least, api.writes]).toEqual([2, 8, 1]);
      expect(audit).toMatchObject([{ outcome: 'done', reason: 'at least 8 nodes instead of 6' }]);
    });

    test('[IB-12] [IB-14] as many as there may be, or an API that refuses: it has failed, with the reason', async () => {
      const { tell, audit } = startBot('one');
      api.changedTo(20);
      await tell(busy());
      await eventually(() => audit.length === 1, PATIENCE);
      api.token = 'renewed';
      await tell(busy());
      await eventually(() => audit.length === 2, PATIENCE);
      expect(audit).toMatchObject([
        { action: 'raise-replicas', outcome: 'failed', reason: 'game at-most: 20' },
        { action: 'raise-replicas', outcome: 'failed', reason: 'GET game: 401' },
      ]);
      // The kubelet writes the new one.
      writeFileSync(join(folder.path, 'token'), 'renewed\n');
      api.changedTo(4);
      await tell(busy());
      await eventually(() => audit.length === 3, PATIENCE);
      expect(api.least).toBe(5);
    });
  },
);
