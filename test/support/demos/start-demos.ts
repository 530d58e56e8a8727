import { type MeridianProcess, startMeridian } from '../start-meridian.ts';

// Through a variable: the set-up is partly JavaScript, which the type check of tests does not read.
const WEB_DEMOS = new URL('../../../bin/setup/web-demos.ts', import.meta.url).href;

/** Builds the demos' pages when they are stale, as `npm start` does. */
export async function buildDemos(): Promise<void> {
  const setup: { readonly ensureWebDemos: () => Promise<void> } = await import(WEB_DEMOS);
  await setup.ensureWebDemos();
}

/** Builds the operator's console alone. */
export async function buildConsole(): Promise<void> {
  const setup: { readonly ensureConsole: () => Promise<void> } = await import(WEB_DEMOS);
  await setup.ensureConsole();
}

/** What `npm start` starts: the two demo games and their pages. */
export async function startDemos(): Promise<MeridianProcess> {
  await buildDemos();
  // Every visitor of a test comes from the same address.
  return startMeridian('demos/game.ts', { MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '3000' });
}
