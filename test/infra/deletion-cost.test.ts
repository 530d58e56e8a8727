import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { deletionCostOf } from '../../infra/kubernetes/deletion-cost/deletion-cost.ts';
import { DeletionCostWriter } from '../../infra/kubernetes/deletion-cost/deletion-cost-writer.ts';
import { PodsApi } from '../../infra/kubernetes/deletion-cost/pods-api.ts';
import { seatsOfMetrics } from '../../infra/kubernetes/deletion-cost/seats-of-metrics.ts';
import { eventually } from '../support/eventually.ts';
import { FakeKubernetesApi, type FakePod } from '../support/fake-kubernetes-api.ts';
import { repositoryRoot } from '../support/repository.ts';
import { serverCertificate } from '../support/server-certificate.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const COST = 'controller.kubernetes.io/pod-deletion-cost';

describe('the cost of a pod', () => {
  test.each([
    { seats: 0, podsOnMachine: 1, cost: 0 },
    { seats: 1, podsOnMachine: 1, cost: 1 },
    { seats: 10, podsOnMachine: 1, cost: 1 },
    { seats: 11, podsOnMachine: 1, cost: 2 },
    { seats: 0, podsOnMachine: 3, cost: 20 },
    { seats: 1_500, podsOnMachine: 2, cost: 160 },
  ])('$seats seats, $podsOnMachine on the machine: $cost', ({ cost, ...pod }) => {
    expect(deletionCostOf(pod)).toBe(cost);
  });
});

describe('seats of metrics', () => {
  test('are those of all kinds of rooms', () => {
    const text = `# HELP meridian_clients Seated clients of this node.
# TYPE meridian_clients gauge
meridian_clients{room="arena"} 120
meridian_clients{room="duel"} 4
meridian_clients_total 9
meridian_rooms{room="arena"} 7`;
    expect(seatsOfMetrics(text)).toBe(124);
  });

  test('are none where no room was, and unknown where no node is', () => {
    expect(seatsOfMetrics('meridian_sockets 3\n')).toBe(0);
    expect(seatsOfMetrics('<html>not found</html>')).toBeNull();
  });
});

describe.skipIf(!existsSync('/usr/bin/openssl') && process.env['CI'] === undefined)(
  "against a fake of Kubernetes' API",
  () => {
    test('writes what has changed by a step, and nothing else', async () => {
      await using cluster = await openCluster();
      const { api, nodes, writer } = cluster;
      nodes[0]?.seat(400);
      nodes[1]?.seat(95);

      expect(await writer.round()).toEqual({ pods: 2, written: 2, failed: [] });
      expect(api.pods.map(({ annotations }) => annotations[COST])).toEqual(['40', '10']);

      nodes[1]?.seat(91);
      expect(await writer.round()).toEqual({ pods: 2, written: 0, failed: [] });
      expect(api.writes).toBe(2);

      nodes[1]?.seat(101);
      expect(await writer.round()).toEqual({ pods: 2, written: 1, failed: [] });
      expect(api.pods.map(({ annotations }) => annotations[COST])).toEqual(['40', '11']);
    });

    test('leaves alone who leaves and who does not answer, and goes on with the others', async () => {
      await using cluster = await openCluster();
      const { api, nodes, writer } = cluster;
      api.pods.push({ ...podAt('127.0.0.9', 'leaving'), isLeaving: true });
      api.pods.push(podAt('127.0.0.10', 'silent'));
      nodes[0]?.seat(20);

      const round = await writer.round();
      expect(round).toMatchObject({ pods: 3, written: 2 });
      expect(round.failed).toEqual([expect.stringMatching(/^silent: /)]);
      expect(api.pods.map(({ annotations }) => annotations[COST])).toEqual([
        '2',
        '0',
        undefined,
        undefined,
      ]);
    });

    test('uses the token that is there now, and says when the API refuses', async () => {
      await using cluster = await openCluster();
      cluster.api.token = 'renewed';
      await expect(cluster.writer.round()).rejects.toThrow(/401/);
      writeFileSync(join(cluster.folder, 'token'), 'renewed\n');
      expect(await cluster.writer.round()).toMatchObject({ pods: 2, failed: [] });
    });

    test('the process finds API, token and authority where a pod has them, and ends when told', async () => {
      await using cluster = await openCluster();
      cluster.nodes[0]?.seat(33);
      const child = spawn(
        process.execPath,
        [join(repositoryRoot, 'infra/kubernetes/deletion-cost/main.ts')],
        {
          env: {
            NAMESPACE: 'meridian',
            KUBERNETES_SERVICE_HOST: '127.0.0.1',
            KUBERNETES_SERVICE_PORT_HTTPS: String(cluster.api.port),
            SERVICE_ACCOUNT_FOLDER: cluster.folder,
            METRICS_PORT: String(cluster.metricsPort),
          },
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const ended = once(child, 'exit');
      let said = '';
      child.stdout.on('data', (chunk) => {
        said += chunk;
      });
      try {
        await eventually(() => said.includes('\n'), { withinMs: 15_000 });
        expect(JSON.parse(said)).toEqual({ level: 'info', pods: 2, written: 2, failed: [] });
        expect(cluster.api.pods[0]?.annotations[COST]).toBe('4');
        expect(cluster.api.rounds).toBe(1);
      } finally {
        child.kill('SIGTERM');
      }
      expect(await ended).toEqual([0, null]);
    });
  },
);

/** Two nodes on machines of their own, each with `/metrics`, and the API that knows of them. */
async function openCluster() {
  await using opening = new AsyncDisposableStack();
  const folder = opening.use(await temporaryFolder('cost'));
  const { key, certificate } = await serverCertificate(folder.path);
  writeFileSync(join(folder.path, 'token'), 'first\n');
  const api = opening.use(await FakeKubernetesApi.open({ key, certificate, token: 'first' }));
  const first = opening.use(await MetricsOfNode.open('127.0.0.2', 0));
  const second = opening.use(await MetricsOfNode.open('127.0.0.3', first.port));
  api.pods.push(podAt('127.0.0.2', 'game-1'), podAt('127.0.0.3', 'game-2'));
  // What main.ts does for its own process.
  const authority = readFileSync(join(folder.path, 'ca.crt'), 'utf8');
  setDefaultCACertificates([...getCACertificates(), authority]);
  const owned = opening.move();
  const pods = new PodsApi({
    url: `https://127.0.0.1:${api.port}`,
    namespace: 'meridian',
    tokenFile: join(folder.path, 'token'),
  });
  return {
    api,
    folder: folder.path,
    metricsPort: first.port,
    nodes: [first, second],
    writer: new DeletionCostWriter({ api: pods }, { metricsPort: first.port }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function podAt(ip: string, name: string): FakePod {
  return { name, ip, machine: `machine-of-${name}`, annotations: {} };
}

class MetricsOfNode implements AsyncDisposable {
  readonly #server = createServer((_, response) => {
    response.end(`meridian_sockets 1\nmeridian_clients{room="arena"} ${this.#seats}\n`);
  });
  #seats = 0;

  static async open(host: string, port: number): Promise<MetricsOfNode> {
    const node = new MetricsOfNode();
    node.#server.listen(port, host);
    await once(node.#server, 'listening');
    return node;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  seat(count: number): void {
    this.#seats = count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
