import { describe, expect, test } from 'vitest';
import { DuelState, SeatState } from '../../demos/duel/shared/duel-state.ts';
import { startPosition } from '../../demos/duel/shared/layout.ts';
import { formatLayout, parseMove, replay } from '../../demos/duel/shared/notation.ts';
import { applyMove } from '../../demos/duel/shared/rules.ts';
import { duel } from './duel.ts';
import type { BotHands } from './scenario.ts';
import { scenarioForRoom } from './scenarios.ts';
import { wander } from './wander.ts';

interface Action {
  readonly type: string;
  readonly body: { readonly game: number; readonly ply: number; readonly move: string };
  readonly isAnswered: () => boolean;
}

/** Hands that write down what they are told to do. */
function recordingHands(given: Partial<BotHands>) {
  const inputs: Record<string, number | boolean>[] = [];
  const actions: Action[] = [];
  const hands: BotHands = {
    index: 0,
    sessionId: 'me',
    state: null,
    inputFields: [],
    sendInput: (values) => inputs.push({ ...values }),
    sendAction: (type, body, isAnswered) =>
      actions.push({ type, body: body as Action['body'], isAnswered }),
    ...given,
  };
  return { hands, inputs, actions };
}

function duelState(): InstanceType<typeof DuelState> {
  const state = new DuelState();
  state.phase = 'playing';
  state.game = 3;
  state.layout = formatLayout(startPosition(7));
  for (const sessionId of ['me', 'other']) {
    const seat = new SeatState();
    seat.sessionId = sessionId;
    state.seats.push(seat);
  }
  return state;
}

describe('duel', () => {
  test('moves legally, for the right game and ply, and knows when it is answered', () => {
    const state = duelState();
    const { hands, actions } = recordingHands({ state });
    const mind = duel.createMind(1);
    while (actions.length === 0) mind.step(hands);
    const action = actions[0] as Action;
    expect(action).toMatchObject({ type: 'move', body: { game: 3, ply: 0 } });
    const position = replay(state.layout, []);
    const move = parseMove(action.body.move);
    expect(position && move && applyMove(position, move)).not.toBeNull();
    expect(action.isAnswered()).toBe(false);
    state.moves.push(action.body.move);
    expect(action.isAnswered()).toBe(true);
  });

  test('does not move on the other turn, and asks for a rematch once', () => {
    const state = duelState();
    const { hands, actions } = recordingHands({ state, sessionId: 'other' });
    const mind = duel.createMind(1);
    for (let step = 0; step < 50; step++) mind.step(hands);
    expect(actions).toEqual([]);
    state.phase = 'over';
    for (let step = 0; step < 5; step++) mind.step(hands);
    expect(actions).toMatchObject([{ type: 'rematch', body: { game: 3, isWanted: true } }]);
  });
});

describe('wander', () => {
  test('moves every control within its range, and changes its mind', () => {
    const { hands, inputs } = recordingHands({
      inputFields: [
        { name: 'x', type: 'int8' },
        { name: 'aim', type: 'quantized', min: -3, max: 3 },
        { name: 'fire', type: 'boolean' },
        { name: 'note', type: 'string' },
      ],
    });
    const mind = wander.createMind(1);
    for (let step = 0; step < 200; step++) mind.step(hands);
    expect(inputs).toHaveLength(200);
    for (const input of inputs) {
      expect(Object.keys(input)).toEqual(['x', 'aim', 'fire']);
      expect(Math.abs(input['x'] as number)).toBeLessThanOrEqual(127);
      expect(Math.abs(input['aim'] as number)).toBeLessThanOrEqual(3);
    }
    expect(new Set(inputs.map((input) => input['x'])).size).toBeGreaterThan(5);
  });

  test('plays the same with the same seed', () => {
    const play = () => {
      const { hands, inputs } = recordingHands({ inputFields: [{ name: 'x', type: 'int8' }] });
      const mind = wander.createMind(42);
      for (let step = 0; step < 50; step++) mind.step(hands);
      return inputs;
    };
    expect(play()).toEqual(play());
  });
});

test('a room has its own scenario, or wandering', () => {
  expect(scenarioForRoom('duel')).toBe('duel');
  expect(scenarioForRoom('my-game')).toBe('wander');
});
