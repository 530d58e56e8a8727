import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matcherNode } from './matcher-node.ts';

const nodes = fc.uniqueArray(fc.record({ nodeId: fc.string(), isDraining: fc.boolean() }), {
  selector: ({ nodeId }) => nodeId,
  maxLength: 8,
});

test('[TK-42] all nodes agree, in whatever order they see each other; who drains is the last choice', () => {
  fc.assert(
    fc.property(nodes, fc.string(), (all, queue) => {
      const chosen = matcherNode(all, queue);
      expect(matcherNode(all.toReversed(), queue)).toBe(chosen);
      const node = all.find(({ nodeId }) => nodeId === chosen);
      expect(node === undefined).toBe(all.length === 0);
      if (all.some(({ isDraining }) => !isDraining)) expect(node?.isDraining).toBe(false);
    }),
  );
});

test('[TK-42] a node that is not the one may go, and nothing moves', () => {
  fc.assert(
    fc.property(nodes, fc.string(), (all, queue) => {
      const chosen = matcherNode(all, queue);
      for (const gone of all.filter(({ nodeId }) => nodeId !== chosen)) {
        const left = all.filter((it) => it !== gone);
        const chosenNode = all.find(({ nodeId }) => nodeId === chosen);
        // Unless it was the last that stayed.
        if (chosenNode?.isDraining === true) continue;
        expect(matcherNode(left, queue)).toBe(chosen);
      }
    }),
  );
});
