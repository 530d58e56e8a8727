import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../cli/report-command.ts';
import { DEFAULT_BEHAVIOR, parseAutoscaler, quantity, readAutoscaler } from './autoscaler-spec.ts';
import { readPodRequests } from './pod-requests.ts';

const GAME_FOLDER = join(PROJECT_ROOT, 'infra/kubernetes/game');
const MANIFEST = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: game }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: game }
  maxReplicas: 9
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } }
`;

test('the shipped autoscaler and what its pods request can be read', () => {
  const spec = readAutoscaler(join(GAME_FOLDER, 'autoscaler.yaml'));
  expect(spec.metrics[0]).toMatchObject({ kind: 'pods', name: 'meridian_seats' });
  expect(spec.scaleDown).toMatchObject({ selectPolicy: 'Min', stabilizationWindowSeconds: 900 });
  expect(readPodRequests(join(GAME_FOLDER, 'deployment.yaml'))).toEqual({
    cores: 1.2,
    bytes: 1_536 * 2 ** 20,
  });
});

test('what is left out is what Kubernetes takes', () => {
  expect(parseAutoscaler(MANIFEST)).toEqual({
    minReplicas: 1,
    maxReplicas: 9,
    metrics: [{ kind: 'resource', name: 'cpu', averageUtilization: 50 }],
    ...DEFAULT_BEHAVIOR,
  });
});

test('a field that the simulation does not know is no silent nothing', () => {
  expect(() => parseAutoscaler(MANIFEST.replace('maxReplicas', 'mostReplicas'))).toThrow();
  expect(() => parseAutoscaler(MANIFEST.replace('Utilization,', 'AverageValue,'))).toThrow();
});

test.each([
  ['1200m', 1.2],
  ['1536Mi', 1_610_612_736],
  ['2k', 2_000],
  [800, 800],
])('the quantity %s', (text, amount) => {
  expect(quantity.parse(text)).toBeCloseTo(amount, 9);
});
