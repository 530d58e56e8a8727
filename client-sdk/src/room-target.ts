import type { NodeAddress } from './known-nodes.ts';

// The WebSocket path of a room, as Colyseus builds it: ws(s)://<address>/<processId>/<roomId>?<query>

/** Where a room's connection goes. */
export interface RoomTarget {
  readonly processId: string;
  readonly address: NodeAddress;
}

const ROOM_URL = /^(wss?:\/\/)([^?]*)\/([^/?]*)\/([^/?]*)(\?.*)?$/;

/** @throws when `url` is not the address of a room */
export function targetOf(url: string): RoomTarget {
  const { 2: address, 3: processId } = matched(url);
  return { address: address ?? '', processId: processId ?? '' };
}

/** The same room and query at another node. */
export function retargeted(url: string, to: RoomTarget): string {
  const { 1: scheme, 4: roomId, 5: query = '' } = matched(url);
  return `${scheme}${to.address}/${to.processId}/${roomId}${query}`;
}

function matched(url: string): RegExpExecArray {
  const match = ROOM_URL.exec(url);
  if (match === null) throw new Error(`Not the address of a room: ${url}`);
  return match;
}
