import { PICKUP_KIND } from '../../shared/rules.ts';

// A night arena: ink and slate for everything that is still, light only for what matters. You are cyan, everybody else is
// warm: blue against orange is the pair that every common colour blindness can tell apart, and shape says it again (you
// are round, others are hexagons).
export const PALETTE = {
  ink: '#060a14',
  floor: '#0c1325',
  floorLight: '#16223f',
  line: '#22335c',
  wallTop: '#2a3963',
  wallTopLight: '#3a4d82',
  wallSide: '#111a33',
  wallEdge: '#7f9be8',
  me: '#4fe3ff',
  friend: '#6b9bff',
  white: '#f2f6ff',
  health: '#7ef0b0',
  haste: '#ffe45e',
  triple: '#b79bff',
  danger: '#ff5d5d',
} as const;

const ENEMY_COLOURS = ['#ff9f43', '#ff7a59', '#ffc04d', '#ff6f91', '#f7a072', '#ffb199'] as const;

/** Always the same warm colour for the same fighter. */
export function enemyColour(id: string): string {
  let hash = 0;
  for (let i = 0; i < id.length; i += 1) hash = (hash * 31 + id.charCodeAt(i)) >>> 0;
  return ENEMY_COLOURS[hash % ENEMY_COLOURS.length] ?? ENEMY_COLOURS[0];
}

export function pickupColour(kind: number): string {
  if (kind === PICKUP_KIND.health) return PALETTE.health;
  return kind === PICKUP_KIND.haste ? PALETTE.haste : PALETTE.triple;
}

/** Friends are blue like oneself, and round; the others warm. */
export function fighterColour(
  id: string,
  { isMe, isFriend }: { readonly isMe: boolean; readonly isFriend: boolean },
): string {
  if (isMe) return PALETTE.me;
  return isFriend ? PALETTE.friend : enemyColour(id);
}

/** `#rrggbb` moved toward white (amount > 0) or black (< 0); amount from -1 to 1. */
export function shade(colour: string, amount: number): string {
  const target = amount > 0 ? 255 : 0;
  const part = Math.abs(amount);
  const channels = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16);
    return Math.round(value + (target - value) * part)
      .toString(16)
      .padStart(2, '0');
  });
  return `#${channels.join('')}`;
}

/** `#rrggbb` with an opacity from 0 to 1, for canvas. */
export function withAlpha(colour: string, alpha: number): string {
  return `${colour}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`;
}
