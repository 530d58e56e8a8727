import { describe, expect, test } from 'vitest';
import { StoreCircuit, type StorePhase } from './store-circuit.ts';

/** A store that answers pings as it is told. */
function storeThat(...answers: readonly ('answers' | 'fails')[]) {
  const left = [...answers];
  const circuit = new StoreCircuit({
    ping: async () => {
      if (left.shift() === 'fails') throw new Error('away');
    },
  });
  const phases: StorePhase[] = [];
  circuit.onPhase((phase) => phases.push(phase));
  return { circuit, phases };
}

describe('[PR-62] whether the store is away', () => {
  test('a failure is a doubt, which an answer ends', async () => {
    const { circuit, phases } = storeThat('answers');
    circuit.failed();
    circuit.failed();
    await expect.poll(() => phases).toEqual(['doubted', 'up']);
  });

  test('who does not answer is away, until he does', async () => {
    const { circuit, phases } = storeThat('fails', 'fails', 'answers', 'fails', 'answers');
    circuit.failed();
    await expect.poll(() => phases, { timeout: 5_000 }).toEqual(['doubted', 'away', 'up']);
    circuit.failed();
    await expect.poll(() => phases.slice(3), { timeout: 5_000 }).toEqual(['doubted', 'away', 'up']);
  });

  test('once stopped, it asks and says nothing', async () => {
    const { circuit, phases } = storeThat('fails');
    circuit.failed();
    circuit.stop();
    circuit.failed();
    await new Promise(setImmediate);
    expect(phases).toEqual(['doubted']);
  });
});
