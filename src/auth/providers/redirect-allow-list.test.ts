import { expect, test } from 'vitest';
import { isAllowedRedirect } from './redirect-allow-list.ts';

const ALLOWED = [
  'https://game.example/signed-in',
  'http://127.0.0.1/back',
  'http://localhost:5173/back',
  'com.example.game:/back',
];

test.each([
  ['https://game.example/signed-in', true],
  ['http://127.0.0.1:51234/back', true],
  ['http://localhost:5173/back', true],
  ['com.example.game:/back', true],
  ['http://localhost:5174/back', false],
  ['https://game.example/signed-in/', false],
  ['https://game.example/signed-in?next=//evil.example', false],
  ['https://game.example/signed-in#x', false],
  ['https://game.example.evil.example/signed-in', false],
  ['https://game.example@evil.example/signed-in', false],
  ['https://GAME.example/signed-in', false],
  ['http://game.example/signed-in', false],
  ['http://127.0.0.1:51234/elsewhere', false],
  ['http://127.0.0.1:51234/back?x=1', false],
  ['http://me@127.0.0.1:51234/back', false],
  ['http://127.0.0.2:51234/back', false],
  ['https://127.0.0.1:51234/back', false],
  ['com.example.game:/other', false],
  ['javascript:alert(1)', false],
  ['', false],
])('[ACC-42] %s: %s', (redirectUri, isAllowed) => {
  expect(isAllowedRedirect(redirectUri, ALLOWED)).toBe(isAllowed);
});
