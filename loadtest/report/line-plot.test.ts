import { expect, test } from 'vitest';
import { html } from './html.ts';
import { linePlot } from './line-plot.ts';

test('values are escaped, HTML is not', () => {
  expect(html`<b title="${'"x"'}">${'<script>'}</b>${html`<i>${1}</i>`}`.text).toBe(
    '<b title="&quot;x&quot;">&lt;script&gt;</b><i>1</i>',
  );
});

test('an unknown value is a gap in the line', () => {
  const plot = linePlot({
    title: 'Tick',
    unit: 'ms',
    x: ['1 s', '2 s', '3 s', '4 s'],
    series: [{ name: 'p95', colour: 1, values: [1, null, 3, 4] }],
  });
  expect(plot.text.match(/<polyline/g)).toHaveLength(2);
  expect(plot.text).toContain('p95: –');
  expect(plot.text).not.toContain('NaN');
});

test('nothing measured at all is still a picture', () => {
  const plot = linePlot({ title: 'Tick', unit: 'ms', x: [], series: [] });
  expect(plot.text).toContain('<svg');
  expect(plot.text).not.toMatch(/NaN|Infinity/);
});
