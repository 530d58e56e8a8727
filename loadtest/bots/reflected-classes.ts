import { Decoder, Reflection, type Schema } from '@colyseus/schema';

// A client makes its classes from the reflection in the handshake, once. A thousand clients in one process would make a thousand
// sets of equal classes, and each access to a field of a thousand classes is a lookup: most of what such bots cost.

type StateClass = new () => Schema;

const decoders = new Map<string, Decoder>();
const inputClasses = new Map<string, StateClass>();

/** A decoder with a state of its own; its classes are those of all decoders of the same reflection. */
export function decoderOf(reflection: Uint8Array): Decoder {
  const first = cached(decoders, reflection, () => Reflection.decode(reflection));
  const State = first.state.constructor as StateClass;
  return new Decoder(new State(), first.context);
}

/** The class of an input, whose instances can be encoded. */
export function inputClassOf(reflection: Uint8Array): StateClass {
  return cached(inputClasses, reflection, () => {
    const reflected = Reflection.decode(reflection).state.constructor as typeof Schema;
    return Reflection.makeEncodable(reflected) as StateClass;
  });
}

function cached<Value>(
  known: Map<string, Value>,
  reflection: Uint8Array,
  make: () => Value,
): Value {
  const key = Buffer.from(reflection).toString('latin1');
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
