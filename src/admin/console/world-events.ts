import type { WorldLink, WorldNode, WorldRegion, WorldView } from '../../protocol/admin.ts';
import { linkPairs, linkState } from './link-pairs.ts';

/** Something that happened between two looks. */
export interface WorldEvent {
  readonly tone: 'good' | 'bad' | 'plain';
  readonly text: string;
}

/** What an operator would be told that was not so a moment ago; pure. */
export function eventsBetween(before: WorldView, after: WorldView): readonly WorldEvent[] {
  return [
    ...regionEvents(before.regions, after.regions),
    ...nodeEvents(before.nodes, after),
    ...linkEvents(before.links, after.links),
  ];
}

function regionEvents(before: readonly WorldRegion[], after: readonly WorldRegion[]): WorldEvent[] {
  return after.flatMap((region) => {
    const old = before.find(({ regionId }) => regionId === region.regionId);
    return old === undefined ? [] : [...faultEvents(old, region), ...reachEvents(old, region)];
  });
}

function faultEvents(before: WorldRegion, { regionId, isBlackHole }: WorldRegion): WorldEvent[] {
  if (isBlackHole === before.isBlackHole) return [];
  return isBlackHole
    ? [{ tone: 'bad', text: `${regionId} is in a black hole` }]
    : [{ tone: 'good', text: `${regionId} is out of its black hole` }];
}

function reachEvents(before: WorldRegion, after: WorldRegion): WorldEvent[] {
  const { regionId, isUnreachable, isOpen } = after;
  if (isUnreachable !== before.isUnreachable) {
    return isUnreachable
      ? [{ tone: 'bad', text: `${regionId} is unreachable` }]
      : [{ tone: 'good', text: `${regionId} is heard again` }];
  }
  if (isOpen === before.isOpen || isOpen === null || before.isOpen === null) return [];
  return isOpen
    ? [{ tone: 'good', text: `${regionId} takes rooms again` }]
    : [{ tone: 'bad', text: `${regionId} takes no new rooms` }];
}

function nodeEvents(before: readonly WorldNode[], { nodes, regions }: WorldView): WorldEvent[] {
  const changed = nodes.flatMap((node): WorldEvent[] => {
    const old = before.find(({ nodeId }) => nodeId === node.nodeId);
    const what = nodeTitle(node);
    if (old === undefined) return [{ tone: 'good', text: `${what} has joined` }];
    if (old.state === node.state) return [];
    if (node.state === 'gone') return [{ tone: 'bad', text: `${what} has ended` }];
    if (node.state === 'quarantined') {
      return [{ tone: 'plain', text: `${what} takes no new rooms and players` }];
    }
    if (node.state === 'draining') return [{ tone: 'plain', text: `${what} drains` }];
    return [{ tone: 'good', text: `${what} takes rooms` }];
  });
  // When a whole region is not heard, its nodes are unknown rather than dead.
  const known = new Set(nodes.map(({ nodeId }) => nodeId));
  const silent = new Set(
    regions.filter(({ isUnreachable }) => isUnreachable).map(({ regionId }) => regionId),
  );
  const dead = before.filter(({ nodeId, regionId }) => !known.has(nodeId) && !silent.has(regionId));
  return [
    ...changed,
    ...dead.map((node): WorldEvent => ({ tone: 'bad', text: `${nodeTitle(node)} is dead` })),
  ];
}

function linkEvents(before: readonly WorldLink[], after: readonly WorldLink[]): WorldEvent[] {
  const known = new Map(linkPairs(before).map((pair) => [pair.key, pair]));
  return linkPairs(after).flatMap((pair): WorldEvent[] => {
    const { key, state } = pair;
    const old = known.get(key);
    if (old === undefined || old.state === state) return [];
    if (state === 'linked') return [{ tone: 'good', text: `${key} is linked` }];
    return [{ tone: 'bad', text: `${key} is ${linkState(pair)}` }];
  });
}

/** A node, for people. */
export function nodeTitle({ name, nodeId, regionId }: WorldNode): string {
  return `node ${name ?? nodeId} of ${regionId}`;
}
