// A node that does nothing but hold the profile service of its region, as it is opened there. Run by ProfileNodeProcess.

import { GameError } from '../../src/errors/game-error.ts';
import { counted, openService, type ProfileSettings } from './away-store.ts';
import type { ProfileAnswer, ProfileQuestion } from './profile-node-process.ts';

const settings = JSON.parse(process.argv[2] ?? '') as ProfileSettings;
const { profiles, metrics } = await openService(settings);
const count = (name: string, labels: Record<string, string>) => counted(metrics, name, labels);
const calls = { ...profiles, count } as unknown as Record<
  string,
  (...args: unknown[]) => Promise<unknown>
>;

async function answer({ id, method, args }: ProfileQuestion): Promise<ProfileAnswer> {
  try {
    return { id, value: await calls[method]?.(...args) };
  } catch (error) {
    return { id, code: error instanceof GameError ? error.code : String(error) };
  }
}

process.on('message', async (question: ProfileQuestion) => {
  process.send?.(await answer(question));
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
