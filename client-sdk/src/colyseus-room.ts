import type { Room } from '@colyseus/sdk';

/** A stock Colyseus room of which only the state is typed. */
// biome-ignore lint/suspicious/noExplicitAny: Colyseus' own default; a narrower type forbids send() and onMessage() of free types
export type ColyseusRoom<State> = Room<any, State>;
