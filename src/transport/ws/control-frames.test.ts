import { describe, expect, test, vi } from 'vitest';
import { fillerFrames, pingFrame, sendControlFrames } from './control-frames.ts';

describe('control frames', () => {
  test('a ping carries its stamp to the last bit', () => {
    const frame = pingFrame(1_234.567_891_2);
    expect([...frame.subarray(0, 2)]).toEqual([0x89, 8]);
    expect(frame.readDoubleLE(2)).toBe(1_234.567_891_2);
  });

  test.each([1, 100, 127, 128, 256, 1_000, 8_000])(
    'filler of %i bytes: pongs that nobody asked for, none longer than a control frame may be',
    (bytes) => {
      const frames = fillerFrames(bytes);
      expect(frames.length).toBeGreaterThanOrEqual(bytes);
      expect(frames.length).toBeLessThan(1.1 * bytes + 4);
      for (let at = 0; at < frames.length; at += 2 + (frames[at + 1] as number)) {
        expect(frames[at]).toBe(0x8a);
        expect(frames[at + 1]).toBeLessThanOrEqual(125);
      }
    },
  );

  test('the same through a WebSocket', () => {
    const ws = { ping: vi.fn(), pong: vi.fn() };
    sendControlFrames(ws as never, Buffer.concat([fillerFrames(250), pingFrame(5)]));
    expect(ws.pong).toHaveBeenCalledTimes(2);
    expect(ws.ping).toHaveBeenCalledTimes(1);
    expect(ws.ping.mock.calls[0]?.[0].readDoubleLE(0)).toBe(5);
  });
});
