import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import * as ws from 'ws';
import { serverFrameHeaderBytes, writeServerFrameHeader } from './server-frame.ts';

// Exported by ws, and not by its types.
const { Receiver } = ws as unknown as { readonly Receiver: new () => Writable };

describe('writeServerFrameHeader', () => {
  test.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])(
    'ws reads a frame of %i bytes back',
    async (payloadBytes) => {
      const payload = Buffer.alloc(payloadBytes, 'meridian');
      const frame = Buffer.alloc(serverFrameHeaderBytes(payloadBytes) + payloadBytes);
      const payloadOffset = writeServerFrameHeader(frame, payloadBytes);
      payload.copy(frame, payloadOffset);
      expect(payloadOffset).toBe(frame.length - payloadBytes);

      const receiver = new Receiver();
      const received = once(receiver, 'message');
      receiver.write(frame);
      const [data, isBinary] = await received;
      expect(isBinary).toBe(true);
      expect(payload.equals(data as Buffer)).toBe(true);
    },
  );
});
