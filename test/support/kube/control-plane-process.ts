// What a cluster does around its pods, as far as a region needs it: knows which are ready, and answers names. Runs in the network of the pods.
//
//   in    { services, pods }   once · { leaving: <pod> }: it is to end, so it counts as ready no more
//   out   'listening' · Readiness whenever it changes

import { setTimeout as sleep } from 'node:timers/promises';
import { serveNames } from './name-server.ts';
import { PodNetwork } from './pod-network.ts';

export interface ServiceListing {
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly publishNotReadyAddresses: boolean;
}

export interface PodListing {
  readonly name: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What its readiness probe asks; null: it has none, and is ready. */
  readonly readyUrl: string | null;
}

export interface Listings {
  readonly services: readonly ServiceListing[];
  readonly pods: readonly PodListing[];
}

export interface Readiness {
  readonly ready: readonly string[];
  /** What each pod's probe was answered last, for people: `503 {"ready":false,…}`, or why nobody did. */
  readonly answers: Readonly<Record<string, string>>;
}

const LOOK_EVERY_MS = 200;
const DOMAIN = '.meridian.svc.cluster.local';

let listings: Listings = { services: [], pods: [] };
const leaving = new Set<string>();
const ready = new Set<string>();
const answers: Record<string, string> = {};

process.on('disconnect', () => process.exit());
process.on('message', (message: Listings | { readonly leaving: string }) => {
  if ('pods' in message) listings = message;
  else leaving.add(message.leaving);
});

await serveNames(addressesOf);
process.send?.('listening');
let told = '';
for (;;) {
  await Promise.all(listings.pods.map(look));
  const readiness: Readiness = { ready: [...ready].sort(), answers };
  const now = JSON.stringify(readiness);
  if (now !== told) process.send?.(readiness);
  told = now;
  await sleep(LOOK_EVERY_MS);
}

async function look({ name, readyUrl }: PodListing): Promise<void> {
  const isReady = (readyUrl === null || (await asks(name, readyUrl))) && !leaving.has(name);
  if (isReady) ready.add(name);
  else ready.delete(name);
}

async function asks(name: string, url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    const [line = ''] = (await response.text()).split('\n');
    answers[name] = `${response.status} ${line}`;
    return response.ok;
  } catch (error) {
    // Not there yet, or no more.
    const { message, cause } = error as Error;
    answers[name] = cause instanceof Error ? cause.message : message;
    return false;
  }
}

/** As Kubernetes names them: a Service's pods, and one of them by its address with dashes. */
function addressesOf(name: string): readonly string[] | null {
  if (name === 'kube-dns.kube-system.svc.cluster.local') return [PodNetwork.HUB];
  if (!name.endsWith(DOMAIN)) return null;
  const [first = '', second] = name.slice(0, -DOMAIN.length).split('.');
  const service = listings.services.find((it) => it.name === (second ?? first));
  if (service === undefined) return null;
  const addresses = listings.pods
    .filter(({ labels }) =>
      Object.entries(service.selector).every(([key, value]) => labels[key] === value),
    )
    .filter(
      (pod) => service.publishNotReadyAddresses || (ready.has(pod.name) && !leaving.has(pod.name)),
    )
    .map(({ address }) => address);
  if (second === undefined) return addresses;
  const one = addresses.filter((address) => address.replaceAll('.', '-') === first);
  return one.length === 0 ? null : one;
}
