import type { Reporter, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node';

/** How many of the slowest tests are named. */
const SLOWEST_SHOWN = 10;
/** Tests faster than this are not worth a line, in ms. */
const WORTH_NAMING_MS = 1_000;

/**
 * What Vitest's own report leaves out: the seed at the start; at the end what passed at the second try only, the slowest tests, and every
 * skipped test by name, so that "green" never hides what did not run. Prints before Vitest's closing lines, which stay last.
 */
export class RunReport implements Reporter {
  readonly #cases: TestCase[] = [];
  #isFilteredByName = false;

  onInit(vitest: Vitest): void {
    this.#isFilteredByName = vitest.config.testNamePattern !== undefined;
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    const seed = specifications[0]?.project.config.env['MERIDIAN_TEST_SEED'];
    if (seed !== undefined)
      console.log(` seed ${seed}  (repeat with MERIDIAN_TEST_SEED=${seed})\n`);
  }

  onTestModuleEnd(module: TestModule): void {
    for (const testCase of module.children.allTests()) this.#cases.push(testCase);
  }

  onTestRunEnd(): void {
    const slowest = this.#cases
      .map((testCase) => ({ testCase, durationMs: testCase.diagnostic()?.duration ?? 0 }))
      .filter(({ durationMs }) => durationMs >= WORTH_NAMING_MS)
      .sort((a, b) => b.durationMs - a.durationMs)
      .slice(0, SLOWEST_SHOWN);
    this.#tellSecondTries();
    if (slowest.length > 0) {
      console.log('\n slowest tests');
      for (const { testCase, durationMs } of slowest) {
        console.log(`  ${(durationMs / 1000).toFixed(1).padStart(6)} s  ${nameOf(testCase)}`);
      }
    }
    // With `-t` everything else counts as skipped, and its author knows.
    if (this.#isFilteredByName) return;
    const skipped = this.#cases.filter((testCase) => testCase.result().state === 'skipped');
    if (skipped.length > 0) {
      console.log(`\n skipped tests (${skipped.length})`);
      for (const testCase of skipped) console.log(`  ${nameOf(testCase)}`);
    }
  }

  #tellSecondTries(): void {
    const flaky = this.#cases.filter((testCase) => testCase.diagnostic()?.flaky === true);
    if (flaky.length === 0) return;
    console.log(`\n passed at the second try only (${flaky.length}): each is a finding`);
    for (const testCase of flaky) {
      console.log(`  ${nameOf(testCase)}`);
      for (const { message } of testCase.result().errors ?? []) {
        console.log(`      ${message.split('\n', 1)[0]}`);
      }
    }
  }
}

function nameOf(testCase: TestCase): string {
  return `${testCase.module.relativeModuleId} > ${testCase.fullName}`;
}
