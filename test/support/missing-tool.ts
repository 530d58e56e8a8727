import { FINDERS, type TestTool } from '../../bin/setup/test-tools.ts';

/**
 * For `describe.skipIf(missingTool('chromium'))`: whether the tool is not on this machine, so that its tests are skipped and
 * named at the end of the run. Never true where `CI` is set: there the tests run, and fail.
 */
export function missingTool(tool: TestTool): boolean {
  return process.env['CI'] === undefined && FINDERS[tool]() === null;
}
