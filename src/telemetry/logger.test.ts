import { expect, test } from 'vitest';
import { LogBook } from './log-book.ts';
import { createLogger } from './logger.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwXzEyMyJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ';
const MAIL = 'ada@mail.example.org';

test('[TR-11] [TR-13] a line says who writes it, and nothing of what it was fed that is secret', () => {
  const book = new LogBook(100_000);
  const teller = { node: '', region: 'eu', service: 'game' };
  const log = createLogger({ level: 'info', teller, book });
  log.info('before the node has its id');
  teller.node = 'n1';
  const room = log.child({ room: 'duel', roomId: 'r1' });
  room.error({ err: new Error(`no mail to ${MAIL}: ${JWT}`, { cause: new Error(JWT) }) }, 'failed');
  log.warn({ body: { email: MAIL, deep: { refreshToken: JWT, note: `Bearer ${JWT}` } } }, MAIL);
  const ofOne = log.child({ player: { email: 'secret', name: 'Ada' } });
  ofOne.info({ token: 'secret', auth: { password: 'secret' } }, 'has come');
  log.debug('not wanted');
  const lines = book.find({});
  expect(lines).toHaveLength(4);
  for (const line of lines) {
    expect(line).toMatchObject({ region: 'eu', service: 'game', time: expect.any(String) });
  }
  expect(lines.map(({ node }) => node)).toEqual(['', 'n1', 'n1', 'n1']);
  expect(book.find({ room: 'r1' })[0]).toMatchObject({ level: 50, msg: 'failed', room: 'duel' });
  const text = JSON.stringify(lines);
  for (const secret of [JWT, MAIL, 'eyJ', 'secret']) expect(text).not.toContain(secret);
});
