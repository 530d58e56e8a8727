import { expect, test } from 'vitest';
import { LoadMeter } from '../cluster/load-meter.ts';
import { loadConfig } from '../config/load-config.ts';
import { NodeSelf } from './node-self.ts';

test.each([
  ['10.0.0.7', '10.0.0.7:2567', '10.0.0.7:2570'],
  ['fd00::7', '[fd00::7]:2567', '[fd00::7]:2570'],
])('a node on %s says where others reach it', (host, internalAddress, rpcAddress) => {
  const config = loadConfig({
    MERIDIAN_RPC_BIND_ADDRESS: host,
    MERIDIAN_CLUSTER_PEER_ADVERTISE_HOST: host,
  });
  const load = new LoadMeter();
  const self = new NodeSelf(config, { processId: 'n', rooms: new Set() }, load);
  self.answersCallsOn(2_570);
  self.listensOn(2_567, { publish: () => {} } as never);
  expect(self.describe()).toMatchObject({ internalAddress, rpcAddress });
  self.close();
  load.close();
});
