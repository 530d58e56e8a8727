import { describe, expect, test } from 'vitest';
import { RegionConfig } from '../config/play-config.ts';
import { RegionBoard } from './region-board.ts';
import { catalogueOf, regionOrigins } from './region-catalogue.ts';
import type { RegionReport } from './region-report.ts';

const position = { latitude: 50, longitude: 8 };
const config = RegionConfig.parse({
  id: 'eu',
  all: [
    { id: 'eu', name: 'Europe', url: 'https://eu.play.example/', position },
    { id: 'us', name: 'USA', url: 'http://us.play.example:8080/way', position, priceClass: 2 },
  ],
});

function setUp() {
  const clock = { nowMs: 1_000_000, monotonicMs: () => clock.nowMs, wallMs: () => clock.nowMs };
  const board = new RegionBoard({ clock, catalogue: catalogueOf(config) });
  return { clock, board };
}

function report(regionId: string, changes: Partial<RegionReport> = {}): RegionReport {
  return {
    ...{ regionId, atMs: 1, nodes: 1, seats: 10, capacity: 100, busyRatio: 0, loadRatio: 0.1 },
    ...{ isOpen: true, builds: [] },
    ...changes,
  };
}

const statusOf = (board: RegionBoard, regionId: string) =>
  board.candidates().find((each) => each.regionId === regionId)?.status;

describe('[RG-2] what clients are told', () => {
  test('each region of the catalogue, and of those that were not heard that nobody knows', () => {
    const { board } = setUp();
    board.learn(report('eu'));
    expect(board.listings()).toEqual([
      {
        ...{ regionId: 'eu', name: 'Europe', url: 'https://eu.play.example', position },
        ...{ probeUrl: 'wss://eu.play.example/v1/probe', isOpen: true, loadRatio: 0.1 },
      },
      {
        ...{ regionId: 'us', name: 'USA', url: 'http://us.play.example:8080/way', position },
        ...{ probeUrl: 'ws://us.play.example:8080/way/v1/probe', isOpen: null, loadRatio: null },
      },
    ]);
  });

  test('without a list there is one region, at the address the client used', () => {
    const { regions, ownRegionId } = catalogueOf(RegionConfig.parse({}));
    expect(ownRegionId).toBe('local');
    expect(regions).toMatchObject([{ regionId: 'local', url: null, probeUrl: null }]);
  });

  test('pages of all regions may call each other', () => {
    expect(regionOrigins(catalogueOf(config))).toEqual([
      'https://eu.play.example',
      'http://us.play.example:8080',
    ]);
  });
});

describe('[RG-4] a region', () => {
  test('that is silent for more than six seconds is unreachable, until it is heard again', () => {
    const { board, clock } = setUp();
    board.learn(report('us'));
    clock.nowMs += 6_000;
    expect(statusOf(board, 'us')).toBe('open');
    clock.nowMs += 1;
    expect(statusOf(board, 'us')).toBe('unreachable');
    expect(board.report('us')).toBeNull();
    // Its clock was set back meanwhile: what is forgotten cannot be newer.
    board.learn(report('us', { atMs: -5 }));
    expect(statusOf(board, 'us')).toBe('open');
  });

  test('is what its newest report says; one that comes late, or of a stranger, is dropped', () => {
    const { board } = setUp();
    board.learn(report('us', { atMs: 5, isOpen: false }));
    board.learn(report('us', { atMs: 4 }));
    expect(statusOf(board, 'us')).toBe('closed');
    board.learn(report('mars'));
    expect(board.report('mars')).toBeNull();
    expect(board.candidates().map(({ regionId }) => regionId)).toEqual(['eu', 'us']);
  });

  test('without a node that takes rooms is closed, at nine tenths it is full', () => {
    const { board } = setUp();
    board.learn(report('us', { capacity: 0, loadRatio: 1, isOpen: false }));
    expect(statusOf(board, 'us')).toBe('closed');
    board.learn(report('us', { loadRatio: 0.9, isOpen: false }));
    expect(statusOf(board, 'us')).toBe('full');
    expect(board.candidates()[1]).toEqual({
      ...{ regionId: 'us', status: 'full', loadRatio: 0.9, priceClass: 2 },
    });
  });

  test('counts seats that were reserved there at once, for three seconds, besides its reports', () => {
    const { board, clock } = setUp();
    board.learn(report('us'));
    board.reserved('us', 50);
    clock.nowMs += 1_000;
    board.reserved('us', 35);
    // A report that was on its way already.
    board.learn(report('us', { atMs: 2 }));
    expect(board.candidates()[1]).toMatchObject({ loadRatio: 0.95, status: 'full' });
    clock.nowMs += 1_999;
    expect(board.candidates()[1]).toMatchObject({ status: 'full' });
    clock.nowMs += 1;
    expect(board.candidates()[1]).toMatchObject({ loadRatio: 0.45, status: 'open' });
    clock.nowMs += 1_000;
    expect(board.candidates()[1]).toMatchObject({ loadRatio: 0.1 });
  });

  test('that was suspected is passed over for half a minute', () => {
    const { board, clock } = setUp();
    board.learn(report('us'));
    board.suspect('us');
    clock.nowMs += 29_999;
    board.learn(report('us', { atMs: 2 }));
    expect(statusOf(board, 'us')).toBe('suspect');
    clock.nowMs += 1;
    expect(statusOf(board, 'us')).toBe('open');
  });
});
