import type { Schema } from '@colyseus/schema';
import type { InputField } from '../bots/input-channel.ts';

/** What a bot's mind can see and do. */
export interface BotHands {
  /** Place of the bot among all bots of the load test, from 0: a seed. */
  readonly index: number;
  readonly sessionId: string;
  /** The decoded state; null for a bot that does not decode. */
  readonly state: Schema | null;
  /** Fields of the room's input; empty when the room has no inputs. */
  readonly inputFields: readonly InputField[];
  /** Sends one input; its latency ends with the room's ack. */
  sendInput(values: Readonly<Record<string, number | boolean>>): void;
  /** Sends a message; its latency ends with the first patch after which `isAnswered` holds. */
  sendAction(type: string, body: unknown, isAnswered: () => boolean): void;
}

/** A bot's behaviour; it remembers, so one for each bot. */
export interface Mind {
  /** Called at the scenario's rate while the bot plays. */
  step(hands: BotHands): void;
}

/** A way to play. */
export interface Scenario {
  readonly name: ScenarioName;
  /** Whether its minds can do nothing without the state: then every bot decodes. */
  readonly needsState: boolean;
  /** Steps per second; 'room': the room's own input rate, 20 for rooms without one. */
  readonly stepRateHz: number | 'room';
  /** Options of `joinOrCreate`. */
  joinOptions(botIndex: number): Readonly<Record<string, unknown>>;
  createMind(seed: number): Mind;
}

export const SCENARIO_NAMES = ['arena', 'duel', 'wander'] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];
