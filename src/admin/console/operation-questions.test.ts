import { expect, test } from 'vitest';
import { nodeQuestion, regionQuestion } from './operation-questions.ts';

const SOME = { rooms: 3, players: 1, waiting: 1, hasRefuge: true };

test('[CN-28] before a node is taken out its operator reads how many rooms and players it has', () => {
  for (const operation of ['drain-node', 'quarantine-node'] as const) {
    expect(nodeQuestion(operation, 'node n1 of a', SOME).text).toContain(
      'It has 3 rooms with 1 player:',
    );
  }
  const unknown = { rooms: null, players: null };
  expect(nodeQuestion('drain-node', 'node n1 of a', unknown).text).toContain('Nobody can tell');
});

test('[CN-28] before a region is closed or evacuated its operator reads who is in it; the name is typed for evacuation alone', () => {
  const evacuate = regionQuestion('evacuate-region', 'a', SOME);
  expect(evacuate.text).toContain('It has 3 rooms with 1 player:');
  expect(evacuate.text).toContain('go on in the nearest region');
  expect(evacuate.typed).toBe('a');
  const alone = regionQuestion('evacuate-region', 'a', { ...SOME, hasRefuge: false });
  expect(alone.text).toContain('among fewer than three regions there is none that takes them');
  const close = regionQuestion('close-region', 'a', SOME);
  expect(close.text).toContain('It has 3 rooms with 1 player:');
  expect(close.typed).toBeUndefined();
  expect(regionQuestion('shed-tickets', 'a', SOME).text).toContain('1 ticket that waits stays');
  expect(regionQuestion('shed-tickets', 'a', { ...SOME, waiting: 2 }).text).toContain(
    '2 tickets that wait stay',
  );
});
