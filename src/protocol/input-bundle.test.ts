import { describe, expect, test } from 'vitest';
import {
  decodeBundleSection,
  encodeBundleSection,
  INPUT_BUNDLE_CODE,
  InputBundle,
  LONGEST_BUNDLE_BYTES,
  MOST_BUNDLED_INPUTS,
} from './input-bundle.ts';
import { decodeResumeSection, encodeResumeSection } from './resume.ts';

const POINT = { epoch: 3, messages: 70_000, inputs: 5 };
const JOIN = [10, 1, 2, 3];

describe('[IP-1] what a room says of bundles', () => {
  test('stands in front of the resume section, and leaves that readable', () => {
    const frame = Uint8Array.of(...JOIN, ...encodeBundleSection(64), ...encodeResumeSection(POINT));
    expect(decodeBundleSection(frame)).toBe(64);
    expect(decodeResumeSection(frame)).toEqual(POINT);
  });

  test.each([
    ['a stock server', Uint8Array.from(JOIN)],
    ['a server before bundles', Uint8Array.of(...JOIN, ...encodeResumeSection(POINT))],
    ['nothing', new Uint8Array()],
    ['another version', Uint8Array.of(10, 0x49, 2, 2, 9, ...encodeResumeSection(POINT))],
  ])('%s: single frames', (_, frame) => {
    expect(decodeBundleSection(frame)).toBe(1);
  });
});

describe('[IP-1] InputBundle', () => {
  test('takes what fits, and is empty when it was taken', () => {
    const bundle = new InputBundle();
    expect(bundle.add(Uint8Array.of(19, 0x80, 1))).toBe(true);
    expect(bundle.add(Uint8Array.of(19))).toBe(true);
    expect(bundle.add(Uint8Array.of(19 | 0x80, 5))).toBe(true);
    expect([...bundle.take()]).toEqual([INPUT_BUNDLE_CODE, 2, 0x80, 1, 0, 0x81, 5]);
    expect(bundle.count).toBe(0);
    expect(bundle.add(new Uint8Array(LONGEST_BUNDLE_BYTES))).toBe(false);
    expect(bundle.add(new Uint8Array(LONGEST_BUNDLE_BYTES - 1))).toBe(true);
    expect(bundle.add(Uint8Array.of(19))).toBe(false);
    expect(bundle.take()).toHaveLength(LONGEST_BUNDLE_BYTES);
  });

  test('holds no more inputs than a room reads', () => {
    const bundle = new InputBundle();
    for (let i = 0; i < MOST_BUNDLED_INPUTS; i++) expect(bundle.add(Uint8Array.of(19))).toBe(true);
    expect(bundle.add(Uint8Array.of(19))).toBe(false);
  });
});
