import { expect, test } from 'vitest';
import { IDLE_LOAD, type NodeInfo } from '../../cluster/node-info.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { type DrainDeps, NodeDrainer } from './node-drainer.ts';

function node(nodeId: string, of: Partial<NodeInfo> = {}): NodeInfo {
  return {
    ...{ nodeId, publicAddress: null, peerAddress: 'p:1', internalAddress: 'i:1', build: 'b' },
    ...{ startedAtMs: 0, isDraining: false, load: IDLE_LOAD },
    ...of,
  };
}

test('[SE-26] rooms are moved to nodes that have rooms, and stay where there is none', async () => {
  const nodes = [node('own'), node('queues', { services: ['matchmaking'] })];
  const moved: string[] = [];
  const rooms = [{ roomId: 'r1' }, { roomId: 'r2' }];
  const drainer = new NodeDrainer({
    nodeId: 'own',
    build: 'b',
    registry: { nodes, shares: {} } as unknown as DrainDeps['registry'],
    mover: {
      move: async (_room: unknown, target: NodeInfo) => {
        moved.push(target.nodeId);
        return true;
      },
    } as unknown as DrainDeps['mover'],
    log: createLogger({ level: 'silent' }),
    movableRooms: () => rooms as never,
    roomCount: () => rooms.length - moved.length,
    chooseTarget: ([first]) => first,
  });
  expect(await drainer.drain(1_000)).toMatchObject({ movedRooms: 0, keptRooms: 2 });
  nodes.push(node('games', { services: ['game'] }), node('whole'));
  expect(await drainer.drain(1_000)).toMatchObject({ movedRooms: 2, keptRooms: 0 });
  expect(moved).toEqual(['games', 'games']);
});
