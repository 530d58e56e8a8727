import type { Seat } from '../../shared/rules.ts';
import { svg } from '../svg.ts';

/**
 * A lantern around (0, 0), the middle of its tile. Ember (seat 0) is round, Aurora (seat 1) is cut like a crystal: the
 * shape tells them apart where the colour does not.
 */
export function drawLantern(seat: Seat): SVGGElement {
  return svg('g', { class: `lantern lantern-${seat}` }, [
    svg('ellipse', { class: 'lantern-pool', rx: 33, ry: 26, cy: 2, fill: `url(#pool-${seat})` }),
    svg('ellipse', { class: 'lantern-shadow', rx: 13, ry: 5.5, cy: 7 }),
    svg('g', { class: 'lantern-body' }, seat === 0 ? ember() : aurora()),
  ]);
}

function ember(): SVGElement[] {
  return [
    svg('path', {
      class: 'lantern-metal',
      d: 'M-8 5h16l-2 4.5a3 3 0 0 1-2.600 1.500h-6.800a3 3 0 0 1-2.600-1.500z',
    }),
    svg('path', {
      class: 'lantern-glass',
      fill: 'url(#glass-0)',
      d: 'M-8 6C-16.500 1-17-11.500-8.500-17h17C17-11.500 16.500 1 8 6z',
    }),
    svg('path', { class: 'lantern-ribs', d: 'M-3.500 6C-7 0-7-11-4-17M3.500 6C7 0 7-11 4-17' }),
    svg('path', {
      class: 'lantern-flame',
      d: 'M0 2.500c-5-1-5.500-6-2.500-9C-1-8.500-.5-10.500-.2-12.500 3-10 5.500-6 4-1.500 3.300.8 1.800 2 0 2.500z',
    }),
    svg('path', {
      class: 'lantern-metal',
      d: 'M-8.500-17c0-2.500 2-4 4-4.500h9c2 .5 4 2 4 4.500z',
    }),
    svg('path', { class: 'lantern-ring', d: 'M-3.500-22a3.500 4 0 1 1 7 0' }),
  ];
}

function aurora(): SVGElement[] {
  return [
    svg('path', {
      class: 'lantern-metal',
      d: 'M-6.500 5h13l-1.500 4.500a3 3 0 0 1-2.600 1.500h-4.800a3 3 0 0 1-2.600-1.500z',
    }),
    svg('path', {
      class: 'lantern-glass',
      fill: 'url(#glass-1)',
      d: 'M-6.500 6L-14.500-6L-6-19H6L14.500-6L6.500 6z',
    }),
    svg('path', { class: 'lantern-facet', d: 'M-14.500-6L-5-8L-6-19H6L5-8L14.500-6L0 6z' }),
    svg('path', {
      class: 'lantern-ribs',
      d: 'M-14.500-6L-5-8L-6-19M6-19L5-8L14.500-6M-5-8H5M-5-8L-6.500 6M5-8L6.500 6',
    }),
    svg('path', { class: 'lantern-flame', d: 'M0 2L-4-4.500L0-11L4-4.500z' }),
    svg('path', { class: 'lantern-metal', d: 'M-6-19l2-4h8l2 4z' }),
    svg('path', { class: 'lantern-ring', d: 'M-3-23.500a3 3.500 0 1 1 6 0' }),
  ];
}
