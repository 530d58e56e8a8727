import { expect, test } from 'vitest';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';

test.skipIf(missingTool('chromium'))(
  'opens a browser that draws',
  { timeout: 30_000 },
  async () => {
    await using browser = await openBrowser();
    const page = await browser.newPage({ viewport: { width: 20, height: 20 } });
    await page.setContent('<body style="margin:0;background:#0a0">');
    expect((await page.screenshot()).subarray(1, 4).toString()).toBe('PNG');
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
      'rgb(0, 170, 0)',
    );
  },
);
