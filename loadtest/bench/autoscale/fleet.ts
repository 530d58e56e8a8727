// Pods of the game's Deployment and the machines they run on.
//
//   pod:     starting ──ready──▶ open ──chosen to go──▶ leaving ──rooms moved──▶ gone
//   machine: made when a pod fits nowhere, gone when it has been empty for a while

import { deletionCostOf } from '../../../infra/kubernetes/deletion-cost/deletion-cost.ts';
import type { RandomSource } from '../../matchsim/model/random-source.ts';
import { ASSUMPTIONS } from './assumptions.ts';

interface Machine {
  readonly takesPodsAtS: number;
  pods: number;
  hasImage: boolean;
  emptySinceS: number | null;
}

/** What was measured of a pod at a scrape. */
export interface Scrape {
  readonly atS: number;
  readonly seats: number;
  readonly cores: number;
  readonly bytes: number;
}

export interface Pod {
  readonly id: number;
  readonly machine: Machine;
  readonly createdAtS: number;
  readonly startsAtS: number;
  readonly readyAtS: number;
  /** Second of the interval in which it is scraped. */
  readonly scrapePhaseS: number;
  seats: number;
  rooms: number;
  /** Most seats it ever had: a heap that has grown is not given back. */
  mostSeats: number;
  /** `controller.kubernetes.io/pod-deletion-cost`, as it was last written. */
  deletionCost: number;
  /** Newest last; only what is still asked for is kept. */
  scrapes: Scrape[];
  leavingSinceS: number | null;
}

/** What a studio may do beside its autoscaler. */
export interface FleetOptions {
  /** Whether somebody writes deletion costs. */
  readonly usesDeletionCost: boolean;
  /** Empty machines with the image on them that are always kept, as pods of low priority that give way would. */
  readonly spareMachines: number;
}

const KEPT_SCRAPES = 3;

export class Fleet {
  readonly #random: RandomSource;
  readonly #options: FleetOptions;
  #pods: Pod[] = [];
  #machines: Machine[] = [];
  #nextId = 0;
  #nowS = 0;

  constructor(random: RandomSource, options: FleetOptions) {
    this.#random = random;
    this.#options = options;
  }

  get pods(): readonly Pod[] {
    return this.#pods;
  }

  get machines(): number {
    return this.#machines.length;
  }

  isOpen(pod: Pod): boolean {
    return pod.leavingSinceS === null && pod.readyAtS <= this.#nowS;
  }

  /** Time goes on: scrapes, costs, machines that have been empty for long, pods that have drained. */
  advance(nowS: number): void {
    this.#nowS = nowS;
    for (const pod of this.#pods) {
      if (pod.startsAtS <= nowS && nowS % ASSUMPTIONS.scrapeEveryS === pod.scrapePhaseS) {
        pod.scrapes.push(scrape(pod, nowS));
        if (pod.scrapes.length > KEPT_SCRAPES) pod.scrapes.shift();
      }
      if (nowS % ASSUMPTIONS.deletionCostEveryS === 0) {
        const podsOnMachine = pod.machine.pods;
        pod.deletionCost = deletionCostOf({ seats: pod.seats, podsOnMachine });
      }
    }
    const drainedS = nowS - ASSUMPTIONS.preStopS - ASSUMPTIONS.drainS;
    for (const pod of this.#pods) {
      if (pod.leavingSinceS !== null && pod.leavingSinceS <= drainedS) this.#remove(pod);
    }
    this.#keepMachines();
  }

  #keepMachines(): void {
    const isEmpty = ({ pods }: Machine) => pods === 0;
    const lacking = this.#options.spareMachines - this.#machines.filter(isEmpty).length;
    for (let n = 0; n < lacking; n++) this.#makeMachine().hasImage = true;
    let surplus = -lacking;
    this.#machines = this.#machines.filter(({ emptySinceS }) => {
      if (emptySinceS === null || surplus <= 0) return true;
      if (this.#nowS - emptySinceS < ASSUMPTIONS.emptyMachineS) return true;
      surplus--;
      return false;
    });
  }

  /** Pods on machines that were always there; only before time begins. */
  settle(count: number): void {
    while (this.#pods.length < count) {
      const machine = this.#freeMachine() ?? this.#newMachine(this.#nowS);
      machine.hasImage = true;
      this.#create(machine, this.#nowS);
    }
  }

  /** What the ReplicaSet does: makes what lacks, ends what is too much. */
  scaleTo(replicas: number): void {
    const staying = this.#pods.filter(({ leavingSinceS }) => leavingSinceS === null);
    for (let n = staying.length; n < replicas; n++) this.#start();
    if (staying.length > replicas) {
      const leaving = [...staying].sort((a, b) => this.#compareForDeletion(a, b));
      for (const pod of leaving.slice(0, staying.length - replicas)) {
        if (pod.readyAtS > this.#nowS) this.#remove(pod);
        else pod.leavingSinceS = this.#nowS;
      }
    }
  }

  /**
   * Who goes first: not ready, then cheap, then young
   * (https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-down-a-replicaset).
   */
  #compareForDeletion(a: Pod, b: Pod): number {
    const isReady = (pod: Pod) => Number(pod.readyAtS <= this.#nowS);
    const cost = (pod: Pod) => (this.#options.usesDeletionCost ? pod.deletionCost : 0);
    return isReady(a) - isReady(b) || cost(a) - cost(b) || b.createdAtS - a.createdAtS;
  }

  #start(): void {
    const machine = this.#freeMachine() ?? this.#makeMachine();
    const pullS = machine.hasImage ? 0 : ASSUMPTIONS.imagePullS;
    const scheduledAtS = Math.max(this.#nowS, machine.takesPodsAtS);
    this.#create(machine, scheduledAtS + pullS + ASSUMPTIONS.podStartS);
  }

  #create(machine: Machine, readyAtS: number): void {
    machine.pods++;
    machine.emptySinceS = null;
    this.#pods.push({
      id: this.#nextId++,
      machine,
      createdAtS: this.#nowS,
      startsAtS: Math.ceil(readyAtS) - 1,
      readyAtS: Math.ceil(readyAtS),
      scrapePhaseS: this.#random.below(ASSUMPTIONS.scrapeEveryS),
      seats: 0,
      rooms: 0,
      mostSeats: 0,
      deletionCost: 0,
      scrapes: [],
      leavingSinceS: null,
    });
  }

  #freeMachine(): Machine | undefined {
    return this.#machines
      .filter(({ pods }) => pods < ASSUMPTIONS.podsPerMachine)
      .sort((a, b) => a.takesPodsAtS - b.takesPodsAtS)[0];
  }

  #makeMachine(): Machine {
    const { least, most } = ASSUMPTIONS.machineS;
    return this.#newMachine(this.#nowS + least + this.#random.uniform() * (most - least));
  }

  #newMachine(takesPodsAtS: number): Machine {
    const machine: Machine = { takesPodsAtS, pods: 0, hasImage: false, emptySinceS: null };
    this.#machines.push(machine);
    return machine;
  }

  #remove(pod: Pod): void {
    this.#pods = this.#pods.filter((it) => it !== pod);
    const { machine } = pod;
    machine.pods--;
    // Whoever has run there has brought the image.
    machine.hasImage ||= pod.startsAtS <= this.#nowS;
    if (machine.pods === 0) machine.emptySinceS = this.#nowS;
  }
}

function scrape(pod: Pod, atS: number): Scrape {
  return {
    atS,
    seats: pod.seats,
    cores: ASSUMPTIONS.idleCores + pod.seats * ASSUMPTIONS.coresPerSeat,
    bytes: ASSUMPTIONS.idleBytes + pod.mostSeats * ASSUMPTIONS.bytesPerSeat,
  };
}
