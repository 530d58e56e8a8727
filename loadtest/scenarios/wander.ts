import type { InputField } from '../bots/input-channel.ts';
import { mulberry32 } from './random.ts';
import type { BotHands, Mind, Scenario } from './scenario.ts';

/** Share of the steps in which a field gets a new value: about once in half a second at 30 Hz. */
const CHANGE_CHANCE = 0.07;

/** Plays any room that declares inputs, by moving every control at random; in other rooms it only watches. */
export const wander: Scenario = {
  name: 'wander',
  needsState: false,
  stepRateHz: 'room',
  joinOptions: () => ({}),
  createMind: (seed) => new Wanderer(seed),
};

export class Wanderer implements Mind {
  readonly #random: () => number;
  readonly #held: Record<string, number | boolean> = {};

  constructor(seed: number) {
    this.#random = mulberry32(seed);
  }

  step(hands: BotHands): void {
    if (hands.inputFields.length === 0) return;
    for (const field of hands.inputFields) {
      const isNew = this.#held[field.name] === undefined;
      if (!isNew && this.#random() > CHANGE_CHANCE) continue;
      const value = anyValue(field, this.#random);
      if (value !== null) this.#held[field.name] = value;
    }
    hands.sendInput(this.#held);
  }
}

/** A value the field's type can hold, small enough to be a plausible control; null for texts. */
function anyValue(field: InputField, random: () => number): number | boolean | null {
  switch (field.type) {
    case 'boolean':
      return random() < 0.5;
    case 'int8':
      return Math.floor(random() * 255) - 127;
    case 'int16':
    case 'int32':
      return Math.floor(random() * 201) - 100;
    case 'uint8':
      return random() < 0.5 ? 0 : 1;
    case 'uint16':
    case 'uint32':
      return Math.floor(random() * 100);
    case 'quantized':
      return (field.min ?? 0) + random() * ((field.max ?? 1) - (field.min ?? 0));
    case 'number':
    case 'float32':
    case 'float64':
      return random() * 2 - 1;
    default:
      return null;
  }
}
