import type { NodeInfo } from '../../../src/cluster/node-info.ts';
import { placeRoom } from '../../../src/cluster/placement.ts';
import { CLOSED_LOAD_RATIO, seatRatio } from '../../../src/regions/region-report.ts';
import type { RandomSource } from '../../matchsim/model/random-source.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import type { Fleet, Pod } from './fleet.ts';

interface Room {
  pod: Pod;
  endsAtS: number;
}

/** Rooms and players of a region: placed by the code that places them in production, refused by its limit. */
export class Region {
  readonly #fleet: Fleet;
  readonly #random: RandomSource;
  /** By the second they end in. */
  readonly #ends = new Map<number, Room[]>();
  /** When each room that could not be made was first asked for, the earliest first. */
  readonly #waitingSinceS: number[] = [];
  #seats = 0;
  #refusedPlayers = 0;
  #movedRooms = 0;
  #longestWaitS = 0;
  readonly #movedFrom = new Set<number>();

  constructor(fleet: Fleet, random: RandomSource) {
    this.#fleet = fleet;
    this.#random = random;
  }

  get seats(): number {
    return this.#seats;
  }
  /** Players who were told no at least once; they ask again every second until they are seated or have lost interest. */
  get refusedPlayers(): number {
    return this.#refusedPlayers;
  }
  get movedRooms(): number {
    return this.#movedRooms;
  }
  get waitingPlayers(): number {
    return this.#waitingSinceS.length * ASSUMPTIONS.roomSize;
  }
  /** Longest time from the first no to a seat, s; who still waits counts as well. */
  longestWaitS(nowS: number): number {
    return Math.max(this.#longestWaitS, ...this.#waitingSinceS.slice(0, 1).map((it) => nowS - it));
  }

  /** Seats of what the open nodes hold, as `reportRegion` counts them. */
  get loadRatio(): number {
    return seatRatio(this.#seats, this.#open().length * ASSUMPTIONS.seatsPerNode);
  }

  /** A second: matches end, leaving nodes give their rooms away, who wants to play asks for a room. */
  advance(nowS: number, wantedPlayers: number): void {
    for (const room of this.#ends.get(nowS) ?? []) this.#close(room);
    this.#ends.delete(nowS);
    const placement = new Placement(this.#open(), this.#random);
    this.#moveRooms(nowS, placement);
    const { roomSize } = ASSUMPTIONS;
    const roomsWanted = Math.max(0, Math.floor((wantedPlayers - this.#seats) / roomSize));
    // Who waited longest stays longest.
    this.#waitingSinceS.length = Math.min(this.#waitingSinceS.length, roomsWanted);
    while (this.#waitingSinceS.length < roomsWanted) this.#waitingSinceS.push(nowS);
    let placed = 0;
    while (placed < roomsWanted && this.#loadRatioWithin(placement) < CLOSED_LOAD_RATIO) {
      this.#openRoom(nowS, placement);
      placed++;
    }
    for (const sinceS of this.#waitingSinceS.splice(0, placed)) {
      this.#longestWaitS = Math.max(this.#longestWaitS, nowS - sinceS);
    }
    const refusedNow = this.#waitingSinceS.filter((sinceS) => sinceS === nowS).length;
    this.#refusedPlayers += refusedNow * roomSize;
  }

  #loadRatioWithin({ capacity }: Placement): number {
    return seatRatio(this.#seats, capacity);
  }

  #open(): Pod[] {
    return this.#fleet.pods.filter((pod) => this.#fleet.isOpen(pod));
  }

  #openRoom(nowS: number, placement: Placement): void {
    const pod = placement.choose();
    const { median, sigma } = ASSUMPTIONS.matchS;
    const room = {
      pod,
      endsAtS: nowS + Math.max(1, Math.round(this.#random.lognormal(median, sigma))),
    };
    const ending = this.#ends.get(room.endsAtS);
    if (ending === undefined) this.#ends.set(room.endsAtS, [room]);
    else ending.push(room);
    this.#seats += ASSUMPTIONS.roomSize;
    add(pod, 1);
  }

  #close({ pod }: Room): void {
    this.#seats -= ASSUMPTIONS.roomSize;
    add(pod, -1);
  }

  /** Rooms that play move, full region or not. */
  #moveRooms(nowS: number, placement: Placement): void {
    const leaving = new Set(
      this.#fleet.pods.filter(
        ({ id, leavingSinceS }) =>
          leavingSinceS !== null &&
          nowS - leavingSinceS >= ASSUMPTIONS.preStopS &&
          !this.#movedFrom.has(id),
      ),
    );
    if (leaving.size === 0 || placement.capacity === 0) return;
    for (const pod of leaving) this.#movedFrom.add(pod.id);
    for (const room of [...this.#ends.values()].flat()) {
      if (!leaving.has(room.pod)) continue;
      add(room.pod, -1);
      room.pod = placement.choose();
      add(room.pod, 1);
      this.#movedRooms++;
    }
  }
}

function add(pod: Pod, rooms: number): void {
  pod.rooms += rooms;
  pod.seats += rooms * ASSUMPTIONS.roomSize;
  pod.mostSeats = Math.max(pod.mostSeats, pod.seats);
}

/** Where rooms of one second go: nodes have reported once, and each adds what it placed since. */
class Placement {
  readonly capacity: number;
  readonly #pods: ReadonlyMap<string, Pod>;
  readonly #nodes: readonly NodeInfo[];
  readonly #pending = new Map<string, number>();
  readonly #random: RandomSource;

  constructor(open: readonly Pod[], random: RandomSource) {
    this.#random = random;
    this.capacity = open.length * ASSUMPTIONS.seatsPerNode;
    this.#pods = new Map(open.map((pod) => [String(pod.id), pod]));
    this.#nodes = open.map(nodeInfoOf);
  }

  choose(): Pod {
    // The gateway hands a request to any node; this one decides.
    const asked = this.#nodes[this.#random.below(this.#nodes.length)];
    const nodeId = placeRoom(this.#nodes, asked?.nodeId ?? '', { pending: this.#pending });
    this.#pending.set(nodeId, (this.#pending.get(nodeId) ?? 0) + 1);
    const pod = this.#pods.get(nodeId);
    if (pod === undefined) throw new Error('a room was placed on no node');
    return pod;
  }
}

function nodeInfoOf(pod: Pod): NodeInfo {
  const cores = ASSUMPTIONS.idleCores + pod.seats * ASSUMPTIONS.coresPerSeat;
  return {
    nodeId: String(pod.id),
    publicAddress: null,
    peerAddress: '',
    internalAddress: '',
    build: 'simulated',
    startedAtMs: 0,
    isDraining: false,
    load: { rooms: pod.rooms, seats: pod.seats, loopLagMs: 0, tickUse: 0, cpuUse: cores },
  };
}
