import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { KUBERNETES_FOLDER, kustomize } from '../../../infra/kubernetes/check/objects.ts';
import { workloadsOf } from '../../../infra/kubernetes/check/workload.ts';
import type { Listings, PodListing, ServiceListing } from './control-plane-process.ts';

type Objects = Awaited<ReturnType<typeof kustomize>>;

/** Which pods there are, in the order of their starts. The gateway's address is the overlay's REGION_HOST. */
export const PODS = [
  { name: 'redis', deployment: 'redis', address: '10.77.0.11' },
  { name: 'profile', deployment: 'profile', address: '10.77.0.12' },
  { name: 'auth', deployment: 'auth', address: '10.77.0.13' },
  // Game nodes are not ready without it.
  { name: 'matchmaking', deployment: 'matchmaking', address: '10.77.0.14' },
  { name: 'analytics', deployment: 'analytics', address: '10.77.0.15' },
  { name: 'game-a', deployment: 'game', address: '10.77.0.21' },
  { name: 'game-b', deployment: 'game', address: '10.77.0.22' },
  { name: 'gateway', deployment: 'gateway', address: '10.77.0.10' },
] as const;

/** Where players come in. */
export const DOOR = '10.77.0.10:8443';

/** What the overlay says, and the Secret that a cloud would have given. */
export async function objectsOfRegion(): Promise<Objects> {
  const objects = await kustomize(join(KUBERNETES_FOLDER, 'overlays/local'));
  const secrets = {
    JWT_SECRET: randomBytes(32).toString('hex'),
    REDIS_URI: 'redis://redis.meridian.svc.cluster.local:6379',
    MERIDIAN_ADMIN_PASSWORD: randomBytes(16).toString('hex'),
  };
  const data = Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  );
  return [...objects, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'meridian' }, data }];
}

/** What the cluster's control plane would know of them. */
export function listingsOf(objects: Objects): Listings {
  const pods = PODS.map(({ name, deployment, address }): PodListing => {
    const { template } = deploymentOf(objects, deployment).spec;
    const [container] = template.spec.containers;
    const probe = container?.readinessProbe?.httpGet;
    const port = container?.ports.find((it) => it.name === probe?.port)?.containerPort;
    return {
      name,
      address,
      labels: template.metadata.labels,
      readyUrl: probe === undefined ? null : `http://${address}:${port}${probe.path}`,
    };
  });
  const services = workloadsOf(objects).services.map(
    ({ metadata, spec }): ServiceListing => ({
      name: metadata.name,
      selector: spec.selector,
      publishNotReadyAddresses: spec['publishNotReadyAddresses'] === true,
    }),
  );
  return { pods, services };
}

/** How long its pods have between SIGTERM and SIGKILL, in s. */
export function graceOf(objects: Objects, deployment: string): number {
  return deploymentOf(objects, deployment).spec.template.spec.terminationGracePeriodSeconds;
}

function deploymentOf(objects: Objects, name: string) {
  const found = workloadsOf(objects).deployments.find(
    ({ metadata }) => metadata.name.replace(/-first$/, '') === name,
  );
  if (found === undefined) throw new Error(`there is no Deployment ${name}`);
  return found;
}
