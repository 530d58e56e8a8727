import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { quantity } from './autoscaler-spec.ts';

/** What a pod asks for: the hundred percent of an autoscaler. */
export interface PodRequests {
  readonly cores: number;
  readonly bytes: number;
}

const deploymentSchema = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z
          .array(
            z.object({
              resources: z.object({ requests: z.object({ cpu: quantity, memory: quantity }) }),
            }),
          )
          .min(1),
      }),
    }),
  }),
});

/** @param path - a manifest with one Deployment */
export function readPodRequests(path: string): PodRequests {
  const { spec } = deploymentSchema.parse(parse(readFileSync(path, 'utf8'), { merge: true }));
  const requests = spec.template.spec.containers.map(({ resources }) => resources.requests);
  return {
    cores: requests.reduce((sum, { cpu }) => sum + cpu, 0),
    bytes: requests.reduce((sum, { memory }) => sum + memory, 0),
  };
}
