// A till that takes every call, and answers none once it is told to hang. Run by TillProcess.

import { TillServer } from './till-service.ts';

export type HungTillNews = 'hangs' | 'payIn' | 'ring';

let isHanging = false;

async function take(news: HungTillNews): Promise<void> {
  if (!isHanging) return;
  process.send?.(news);
  await new Promise<never>(() => {});
}

const server = await TillServer.start({
  payIn: async ({ amount, note, receiptJson }) => {
    await take('payIn');
    return { balance: amount, note, receiptJson };
  },
  ring: () => take('ring'),
});
process.on('message', () => {
  isHanging = true;
  process.send?.('hangs');
});
process.send?.(server.port);
