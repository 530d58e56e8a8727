import { expect, test } from 'vitest';
import { hostPort } from './host-port.ts';

test.each([
  ['10.0.0.7', '10.0.0.7:2570'],
  ['game-7.game', 'game-7.game:2570'],
  ['::1', '[::1]:2570'],
  ['fd00::7', '[fd00::7]:2570'],
])('%s is called at %s', (host, address) => {
  expect(hostPort(host, 2_570)).toBe(address);
});
