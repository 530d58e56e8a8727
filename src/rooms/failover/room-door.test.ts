import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RoomDoor } from './room-door.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('[SV-38] sockets that wait for a room hear at once that it is here, those of others do not', async () => {
  const door = new RoomDoor(50);
  const heard: string[] = [];
  for (const roomId of ['r1', 'r1', 'r2']) void door.news(roomId).then(() => heard.push(roomId));
  door.open('r1');
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual(['r1', 'r1']);
  await vi.advanceTimersByTimeAsync(50);
  expect(heard).toEqual(['r1', 'r1', 'r2']);
});

test('a look that was due before the room came does not end the wait for what comes later', async () => {
  const door = new RoomDoor(50);
  void door.news('r1');
  await vi.advanceTimersByTimeAsync(40);
  door.open('r1');
  let isHeard = false;
  void door.news('r1').then(() => {
    isHeard = true;
  });
  await vi.advanceTimersByTimeAsync(20);
  expect(isHeard).toBe(false);
  await vi.advanceTimersByTimeAsync(30);
  expect(isHeard).toBe(true);
});
