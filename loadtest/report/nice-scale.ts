/** Where an axis ends and where its ticks are. */
export interface Scale {
  readonly max: number;
  readonly ticks: readonly number[];
}

const NICE_STEPS = [1, 2, 2.5, 5, 10];
const MOST_TICKS = 5;

/** A scale from 0 that holds `max` and has round ticks, at most six. */
export function niceScale(max: number): Scale {
  if (!(max > 0) || !Number.isFinite(max)) return { max: 1, ticks: [0, 1] };
  const rough = max / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (NICE_STEPS.find((nice) => nice * power >= rough * 0.999_999) ?? 10);
  const count = Math.ceil(max / step - 1e-9);
  // Multiplied, not added up: 0.1 + 0.2 is no tick label.
  const ticks = Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
  return { max: ticks[count] as number, ticks };
}
