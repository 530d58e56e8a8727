import { expect, test } from 'vitest';
import { kernelQueue } from './kernel-queues.ts';

// As Linux 6 prints it; port 1F90 is 8080, C350 is 50000.
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00004000:00000007 01:00000014 00000000     0        0 2 2 0 22 4 0 10 -1
   2: 0100007F:C350 0100007F:1F90 01 00000009:00002000 00:00000000 00000000     0        0 3 2 0 20 4 0 10 -1
`;

test('what waits at both ends of one connection, in one direction', () => {
  expect(kernelQueue(TABLE, 8_080, 50_000)).toEqual({ sendBytes: 0x4000, receiveBytes: 0x2000 });
  expect(kernelQueue(TABLE, 50_000, 8_080)).toEqual({ sendBytes: 9, receiveBytes: 7 });
});

test('of a connection that is not there, nothing', () => {
  expect(kernelQueue(TABLE, 8_080, 50_001)).toEqual({ sendBytes: 0, receiveBytes: 0 });
});
