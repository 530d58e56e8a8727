import { expect, test } from 'vitest';
import { MessageReplay } from './message-replay.ts';

const ROOM_DATA = 13;
const ROOM_DATA_BYTES = 17;
const INPUT = 19;
const REQUEST = 21;

const frame = (code: number, value: number) => Uint8Array.of(code, value);

test('[SV-47] messages are numbered as they leave, copied, and nothing else counts', () => {
  const replay = new MessageReplay();
  const reused = frame(ROOM_DATA, 1);
  replay.onSending(reused);
  reused[1] = 99;
  replay.onSending(frame(INPUT, 0));
  replay.onSending(frame(REQUEST, 0));
  replay.onSending(frame(ROOM_DATA_BYTES, 2));
  replay.hold(frame(ROOM_DATA, 3));
  expect(replay.take(0).messages).toEqual([
    frame(ROOM_DATA, 1),
    frame(ROOM_DATA_BYTES, 2),
    frame(ROOM_DATA, 3),
  ]);
});

test('[SV-44] a room that does not count gets what waited, once', () => {
  const replay = new MessageReplay();
  replay.onSending(frame(ROOM_DATA, 1));
  replay.hold(frame(ROOM_DATA, 2));
  replay.hold(frame(REQUEST, 3));
  expect(replay.take(null)).toEqual({
    messages: [frame(ROOM_DATA, 2)],
    requests: [frame(REQUEST, 3)],
  });
  replay.onSending(frame(ROOM_DATA, 2));
  expect(replay.take(null)).toEqual({ messages: [], requests: [] });
});

test('[SV-49] 256 messages wait; of more, the newest', () => {
  const replay = new MessageReplay();
  for (let i = 0; i < 300; i++) replay.hold(frame(ROOM_DATA, i % 256));
  const { messages } = replay.take(null);
  expect(messages.length).toBe(256);
  expect(messages[0]).toEqual(frame(ROOM_DATA, 44));
});
