// Tells Kubernetes which game pod to end when there are too many: writes what the end of each would cost. One process per cluster
// (infra/kubernetes/base/deletion-cost.yaml); without it, nothing breaks and the youngest go.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { z } from 'zod';
import { DeletionCostWriter } from './deletion-cost-writer.ts';
import { PodsApi } from './pods-api.ts';

/** Between two rounds, ms: each write goes to all who watch pods, so Kubernetes asks for few. */
const ROUND_MS = 30_000;

const environment = z
  .object({
    NAMESPACE: z.string().min(1),
    KUBERNETES_SERVICE_HOST: z.string().min(1),
    KUBERNETES_SERVICE_PORT_HTTPS: z.coerce.number().int().default(443),
    /** Where the kubelet puts token and certificate of the service account. */
    SERVICE_ACCOUNT_FOLDER: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount'),
    /** MERIDIAN_ADMIN_METRICS_PORT of the game pods. */
    METRICS_PORT: z.coerce.number().int().default(9_464),
  })
  .parse(process.env);

const folder = environment.SERVICE_ACCOUNT_FOLDER;
setDefaultCACertificates([...getCACertificates(), readFileSync(`${folder}/ca.crt`, 'utf8')]);

const host = environment.KUBERNETES_SERVICE_HOST;
const api = new PodsApi({
  url: `https://${host.includes(':') ? `[${host}]` : host}:${environment.KUBERNETES_SERVICE_PORT_HTTPS}`,
  namespace: environment.NAMESPACE,
  tokenFile: `${folder}/token`,
});
const writer = new DeletionCostWriter({ api }, { metricsPort: environment.METRICS_PORT });

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));

for (;;) {
  try {
    tell({ level: 'info', ...(await writer.round()) });
  } catch (error) {
    // The API is away: costs stay as they are.
    const { message, cause } = error as Error;
    tell({ level: 'error', message, cause: cause instanceof Error ? cause.message : undefined });
  }
  await sleep(ROUND_MS);
}

function tell(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
