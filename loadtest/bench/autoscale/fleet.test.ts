import { expect, test } from 'vitest';
import { RandomSource } from '../../matchsim/model/random-source.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import { Fleet } from './fleet.ts';

const open = (
  change: { readonly usesDeletionCost?: boolean; readonly spareMachines?: number } = {},
) => new Fleet(new RandomSource(1), { usesDeletionCost: true, spareMachines: 0, ...change });

function advance(fleet: Fleet, fromS: number, toS: number): void {
  for (let s = fromS; s <= toS; s++) fleet.advance(s);
}

test('who is not ready goes first, then who is cheap; who goes drains before he is gone', () => {
  const fleet = open();
  fleet.settle(3);
  const [first, second, third] = fleet.pods;
  if (first !== undefined) first.seats = 900;
  if (second !== undefined) second.seats = 20;
  if (third !== undefined) third.seats = 500;
  advance(fleet, 1, ASSUMPTIONS.deletionCostEveryS);
  fleet.scaleTo(4);
  const starting = fleet.pods.at(-1);
  if (starting !== undefined) starting.deletionCost = 1_000;
  fleet.scaleTo(3);
  expect(fleet.pods).toEqual([first, second, third]);

  fleet.scaleTo(2);
  expect(fleet.pods.filter(({ leavingSinceS }) => leavingSinceS !== null)).toEqual([second]);
  advance(fleet, ASSUMPTIONS.deletionCostEveryS + 1, 2 * ASSUMPTIONS.deletionCostEveryS);
  expect(fleet.pods).toEqual([first, third]);
});

test('of equally full pods those go that share their machine with fewer', () => {
  const fleet = open();
  fleet.settle(ASSUMPTIONS.podsPerMachine + 1);
  for (const pod of fleet.pods) pod.seats = 700;
  const alone = fleet.pods.at(-1);
  // A little fuller than the others, which is less than a machine is worth.
  if (alone !== undefined) alone.seats = 800;
  advance(fleet, 1, ASSUMPTIONS.deletionCostEveryS);
  fleet.scaleTo(ASSUMPTIONS.podsPerMachine);
  expect(alone?.leavingSinceS).toBe(ASSUMPTIONS.deletionCostEveryS);
});

test('a pod starts at once where a machine has room, and waits for one where none has', () => {
  const fleet = open();
  fleet.settle(ASSUMPTIONS.podsPerMachine - 1);
  fleet.advance(1);
  fleet.scaleTo(ASSUMPTIONS.podsPerMachine + 1);
  const [here, there] = fleet.pods.slice(-2).map(({ readyAtS }) => readyAtS - 1);
  expect(here).toBe(ASSUMPTIONS.podStartS);
  const { machineS, imagePullS, podStartS } = ASSUMPTIONS;
  expect(there).toBeGreaterThanOrEqual(machineS.least + imagePullS + podStartS);
  expect(there).toBeLessThanOrEqual(machineS.most + imagePullS + podStartS + 1);
});

test('a machine stays for a while when it is empty, and for good when it is to spare', () => {
  const machinesAfter = (spareMachines: number) => {
    const fleet = open({ spareMachines });
    fleet.settle(1);
    fleet.advance(1);
    fleet.scaleTo(0);
    advance(fleet, 2, ASSUMPTIONS.emptyMachineS);
    const soon = fleet.machines;
    advance(fleet, ASSUMPTIONS.emptyMachineS + 1, 2 * ASSUMPTIONS.emptyMachineS);
    return { soon, later: fleet.machines };
  };
  expect(machinesAfter(0)).toEqual({ soon: 1, later: 0 });
  expect(machinesAfter(1)).toMatchObject({ later: 1 });
});
