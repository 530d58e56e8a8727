import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** Something that keeps people out, and where. */
export interface AxeFinding {
  readonly rule: string;
  readonly impact: string;
  readonly where: readonly string[];
}

const SEVERE = ['serious', 'critical'];
let source: Promise<string> | undefined;

/**
 * What axe-core has against the page as it is now: serious and critical findings of all its rules.
 *
 * Run by the debugger's way into the page: the policy of the page allows no script of others.
 */
export async function severeFindings(page: Page): Promise<readonly AxeFinding[]> {
  source ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(`${await source}; undefined`);
  const violations = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations.map((violation) => ({
      rule: violation.id, impact: violation.impact, where: violation.nodes.map((node) => node.html.slice(0, 160)),
    })))`,
  )) as readonly AxeFinding[];
  return violations.filter(({ impact }) => SEVERE.includes(impact));
}
