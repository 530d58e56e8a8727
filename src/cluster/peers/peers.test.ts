import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { askPeer } from './ask-peer.ts';
import { MAC_HEADER, macOf, NONCE_HEADER, peerKey } from './peer-auth.ts';
import { PeerServer } from './peer-server.ts';

const key = peerKey({ secret: '' }, { jwtSecret: 'a secret of the whole region, long' });
const timeoutMs = 2_000;

async function listen(nodeId: string): Promise<string> {
  const report = () => ({ nodeId, sinceRenewedMs: 123 });
  const server = await PeerServer.listen({ address: '127.0.0.1', port: 0 }, { key, report });
  onTestFinished(() => server.close());
  return `127.0.0.1:${server.port}`;
}

test('[CL-13] a peer with the key is answered', async () => {
  const peerAddress = await listen('a');
  expect(await askPeer({ nodeId: 'a', peerAddress }, { key, timeoutMs })).toEqual({
    kind: 'alive',
    sinceRenewedMs: 123,
  });
});

test('[CL-11] a port of another node, or of nobody, says that the process is gone', async () => {
  const peerAddress = await listen('b');
  const ask = () => askPeer({ nodeId: 'a', peerAddress }, { key, timeoutMs });
  expect(await ask()).toEqual({ kind: 'gone' });
  const nobody = { nodeId: 'a', peerAddress: '127.0.0.1:1' };
  expect(await askPeer(nobody, { key, timeoutMs })).toEqual({ kind: 'gone' });
});

test('[CL-13] without the key there is no answer, and a wrong key tells nothing', async () => {
  const peerAddress = await listen('a');
  const wrong = peerKey({ secret: 'another secret of 32 characters!' }, { jwtSecret: '' });
  expect(await askPeer({ nodeId: 'a', peerAddress }, { key: wrong, timeoutMs })).toEqual({
    kind: 'silent',
  });
  const url = `http://${peerAddress}/renewal`;
  for (const headers of [{}, { [NONCE_HEADER]: 'n' }, { [NONCE_HEADER]: 'n', [MAC_HEADER]: 'x' }]) {
    expect((await fetch(url, { headers: { ...headers } as Record<string, string> })).status).toBe(
      403,
    );
  }
});

test('[CL-13] an answer to another question counts for nothing, nor does one that never ends', async () => {
  const body = JSON.stringify({ nodeId: 'a', sinceRenewedMs: 9_999 });
  const recorded = macOf(key, 'answer', 'an earlier nonce', body);
  const server = createServer((_request, response) => {
    response.setHeader(MAC_HEADER, recorded).end(body);
  }).listen(0, '127.0.0.1');
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const each of [server, silent]) each.close().closeAllConnections();
  });
  await Promise.all([once(server, 'listening'), once(silent, 'listening')]);
  for (const [each, withinMs] of [
    [server, timeoutMs],
    [silent, 50],
  ] as const) {
    const { port } = each.address() as AddressInfo;
    const peer = { nodeId: 'a', peerAddress: `127.0.0.1:${port}` };
    expect(await askPeer(peer, { key, timeoutMs: withinMs })).toEqual({ kind: 'silent' });
  }
});
