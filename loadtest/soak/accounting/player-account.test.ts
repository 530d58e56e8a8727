import { expect, test } from 'vitest';
import { PLAYED } from './bounds.ts';
import { PlayerAccount, type PlayerSecond } from './player-account.ts';

const STATE_EVERY_MS = 100;

/** Plays from `fromMs` on: a state each tenth of a second, and an action each quarter, answered 80 ms later. */
function play(account: PlayerAccount, fromMs: number, toMs: number, answersAfterMs = 80): void {
  const answers: { readonly atMs: number; readonly number: number }[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += STATE_EVERY_MS / 2) {
    while (answers[0] !== undefined && answers[0].atMs <= atMs) {
      account.acknowledged(answers.shift()?.number ?? 0, atMs);
    }
    if (atMs % STATE_EVERY_MS === 0) account.saw(atMs, atMs);
    if (atMs % 250 !== 0) continue;
    account.acted(atMs, atMs);
    answers.push({ atMs: atMs + answersAfterMs, number: atMs });
  }
}

const unplayed = (seconds: readonly PlayerSecond[]) =>
  seconds.filter(({ isPlayed }) => !isPlayed).map(({ second }) => second);

test('[SO-1] whole seconds count, from the first state to the leaving', () => {
  const account = new PlayerAccount();
  account.asked(9_400);
  play(account, 10_500, 14_500);
  const seconds = account.left(14_500);
  expect(seconds.map(({ second }) => second)).toEqual([11, 12, 13]);
  expect(unplayed(seconds)).toEqual([]);
  // Nothing counts until somebody plays again.
  expect(account.settle(20_000)).toEqual([]);
});

test('[SO-2] a second without a fresh state is not played', () => {
  const account = new PlayerAccount();
  play(account, 10_000, 13_000);
  // The newest state is of 12.9 s: too old from 13.9 s on.
  play(account, 14_300, 17_000);
  expect(unplayed(account.settle(17_000))).toEqual([13, 14]);
});

test('[SO-2] a state that was made long ago is not fresh, whenever it arrives', () => {
  const account = new PlayerAccount();
  for (let atMs = 10_000; atMs < 14_000; atMs += 100) account.saw(atMs - 1_100, atMs);
  expect(unplayed(account.settle(14_000))).toEqual([10, 11, 12]);
});

test('[SO-2] a second whose actions are answered late is not played, and one that is never answered is late', () => {
  const late = new PlayerAccount();
  play(late, 10_000, 12_000, PLAYED.actionP95BeyondRttMs + 50);
  expect(unplayed(late.settle(12_900))).toEqual([10, 11]);

  const never = new PlayerAccount();
  play(never, 10_000, 13_000);
  never.acted(99_999, 11_300);
  expect(unplayed(never.settle(13_000))).toEqual([11]);
});

test('[SO-2] the way to a far region is not held against it', () => {
  const account = new PlayerAccount();
  account.playsAt(200);
  play(account, 10_000, 13_000, PLAYED.actionP95BeyondRttMs + 150);
  const seconds = account.settle(13_000);
  expect(seconds.map(({ second }) => second)).toEqual([10, 11]);
  expect(unplayed(seconds)).toEqual([]);
});

test('[SO-3] whoever has no match after five seconds counts as one without', () => {
  const account = new PlayerAccount();
  account.asked(10_000);
  expect(unplayed(account.settle(18_000))).toEqual([15, 16]);
  play(account, 18_000, 20_000);
  expect(unplayed(account.settle(20_000))).toEqual([17]);
});

test('[SO-3] whose room is lost is without a match until he is in the next one, which counts its own actions', () => {
  const account = new PlayerAccount();
  play(account, 10_000, 13_000);
  account.lost();
  account.asked(13_000);
  expect(unplayed(account.settle(17_000))).toEqual([13, 14, 15]);
  play(account, 17_000, 19_000);
  expect(unplayed(account.settle(19_000))).toEqual([16]);
});

test('[SO-4] whose own link stalls is left out, until he has caught up', () => {
  const account = new PlayerAccount();
  play(account, 10_000, 12_000);
  account.stalls(true, 12_000);
  account.stalls(false, 15_000);
  play(account, 15_500, 18_000);
  const seconds = account.settle(18_000);
  expect(seconds.filter(({ isExcused }) => isExcused).map(({ second }) => second)).toEqual([
    12, 13, 14, 15,
  ]);
  expect(seconds.filter(({ isExcused }) => !isExcused).every(({ isPlayed }) => isPlayed)).toBe(
    true,
  );
});
