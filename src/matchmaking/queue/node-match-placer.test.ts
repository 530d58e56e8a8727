import { expect, test } from 'vitest';
import { IDLE_LOAD, type NodeInfo, type NodeLoad } from '../../cluster/node-info.ts';
import { GameError } from '../../errors/game-error.ts';
import type { MatchInfo } from '../contract.ts';
import { NodeMatchPlacer, type NodeMatchPlacerDeps } from './node-match-placer.ts';

const MATCH: MatchInfo = { matchId: 'm1', queue: 'duel', teams: [] };

function node(nodeId: string, of: Partial<NodeInfo> = {}, load: Partial<NodeLoad> = {}): NodeInfo {
  return {
    ...{ nodeId, publicAddress: null, peerAddress: 'p:1', internalAddress: 'i:1', build: 'b' },
    ...{ startedAtMs: 0, isDraining: false, load: { ...IDLE_LOAD, ...load } },
    ...{ services: ['game'], rpcAddress: `${nodeId}:1` },
    ...of,
  };
}

type Asked = Parameters<ReturnType<NodeMatchPlacerDeps['gameAt']>['seatMatch']>[0];

/** @param refusals - what a node answers instead of seats */
function setUp(nodes: readonly NodeInfo[], refusals: Readonly<Record<string, GameError>> = {}) {
  const asked: { readonly at: string; readonly request: Asked }[] = [];
  let ids = 0;
  const placer = new NodeMatchPlacer({
    nodes: () => nodes,
    shares: () => ({}),
    newRoomId: () => {
      ids += 1;
      return `room${ids}`;
    },
    gameAt: (at) => ({
      seatMatch: async (request) => {
        asked.push({ at, request });
        const refusal = refusals[at];
        if (refusal !== undefined) throw refusal;
        return new Map();
      },
    }),
  });
  return { placer, asked, at: () => asked.map((it) => it.at) };
}

test('[SE-25] a match goes to the least busy node that has rooms, takes players and can be called', async () => {
  const { placer, asked } = setUp([
    node('busy', {}, { tickUse: 0.9 }),
    node('queues', { services: ['matchmaking'] }),
    node('draining', { isDraining: true }),
    node('idle', {}, { tickUse: 0.1 }),
  ]);
  const { rpcAddress: _none, ...whole } = node('whole');
  const silent = setUp([whole]);
  await placer.place('duel', MATCH);
  await placer.join('r1', MATCH);
  expect(asked).toEqual([
    { at: 'idle:1', request: { match: MATCH, newRoom: { roomName: 'duel', roomId: 'room1' } } },
    { at: 'idle:1', request: { match: MATCH, roomId: 'r1' } },
  ]);
  await expect(silent.placer.place('duel', MATCH)).rejects.toMatchObject({
    code: 'NODE_UNREACHABLE',
  });
});

test('[SE-25] who makes no rooms now is left out, and the next one is asked for the same room', async () => {
  const nodes = [node('a'), node('b', {}, { tickUse: 0.2 }), node('c', {}, { tickUse: 0.4 })];
  const { placer, asked } = setUp(nodes, {
    'a:1': new GameError('SERVICE_UNAVAILABLE'),
    'b:1': new GameError('SHUTTING_DOWN'),
  });
  await placer.place('duel', MATCH);
  expect(asked.map(({ at, request }) => [at, request.newRoom?.roomId])).toEqual([
    ['a:1', 'room1'],
    ['b:1', 'room1'],
    ['c:1', 'room1'],
  ]);
});

test('[SE-25] what a node says of the room itself is not asked for elsewhere', async () => {
  const { placer, at } = setUp([node('a'), node('b')], { 'a:1': new GameError('ROOM_FULL') });
  await expect(placer.join('r1', MATCH)).rejects.toMatchObject({ code: 'ROOM_FULL' });
  expect(at()).toEqual(['a:1']);
});

test('[SE-25] rooms are spread before nodes have reported what they got', async () => {
  const { placer, at } = setUp([node('a'), node('b')]);
  for (let match = 0; match < 8; match += 1) await placer.place('duel', MATCH);
  expect(at().filter((it) => it === 'a:1').length).toBe(4);
});
