import { type MeridianProcess, startMeridian } from '../start-meridian.ts';

// Through a variable: the set-up is partly JavaScript, which the type check of tests does not read.
const WEB_DEMOS = new URL('../../../bin/setup/web-demos.ts', import.meta.url).href;

/** What `npm start` starts: the two demo games and their pages, built when they are stale. */
export async function startDemos(): Promise<MeridianProcess> {
  const setup: { readonly ensureWebDemos: () => Promise<void> } = await import(WEB_DEMOS);
  await setup.ensureWebDemos();
  // Every visitor of a test comes from the same address.
  return startMeridian('demos/game.ts', { MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '3000' });
}
