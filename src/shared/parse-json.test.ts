import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseJson } from './parse-json.ts';

const Named = z.object({ name: z.string() });

test('reads what is of the schema, and nothing else', () => {
  expect(parseJson(Named, '{"name":"ada","more":1}')).toEqual({ name: 'ada' });
  for (const text of ['', '{"name":"ad', '{"name":1}', 'null', '[]']) {
    expect(parseJson(Named, text)).toBeNull();
  }
});
