import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import * as ws from 'ws';
import { ClientFrame } from './client-frame.ts';
import { Opcode } from './frame-parser.ts';

/** What a real server reads with; the types of ws leave it out. */
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Duplex };

function receive(frame: ClientFrame): Promise<{ data: Buffer; isBinary: boolean }> {
  return new Promise((resolve, reject) => {
    const receiver = new Receiver({ isServer: true });
    receiver.on('message', (data: Buffer, isBinary: boolean) => resolve({ data, isBinary }));
    receiver.on('error', reject);
    receiver.write(Buffer.from(frame.bytes));
  });
}

test.each([0, 1, 125, 126, 5_000])('a payload of %i bytes arrives as it was', async (length) => {
  const payload = Uint8Array.from({ length }, (_, i) => i & 0xff);
  const { data, isBinary } = await receive(new ClientFrame(payload));
  expect([...data]).toEqual([...payload]);
  expect(isBinary).toBe(true);
});

test('bytes changed in place arrive changed', async () => {
  const frame = new ClientFrame(Buffer.from('seq=00000 lo hi'), Opcode.TEXT);
  frame.setDecimal(4, 10_203, 5);
  frame.setUint16(10, 0x6162, true);
  frame.setUint16(13, 0x6162, false);
  const { data, isBinary } = await receive(frame);
  expect(data.toString()).toBe('seq=10203 ba ab');
  expect(isBinary).toBe(false);
});
