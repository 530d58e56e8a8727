import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { WorldView } from '../../src/protocol/admin.ts';
import { repositoryRoot } from './repository.ts';

/** The console in a real browser, with everything it complains about. */
export class OperatorPage {
  readonly page: Page;
  /** Exceptions, errors of the console, and requests to anywhere but its server. */
  readonly complaints: string[] = [];

  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<OperatorPage> {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      ...options,
    });
    const operator = new OperatorPage(await context.newPage(), new URL(url).origin);
    await operator.page.goto(url);
    await operator.page.getByText('live', { exact: true }).waitFor();
    return operator;
  }

  private constructor(page: Page, origin: string) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(origin)) this.complaints.push(`asked ${request.url()}`);
    });
  }

  /** Presses a button by what it says to those who cannot see it. */
  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name }).click();
  }

  /** Waits for a line in the list of events. */
  async told(text: string, { withinMs }: { readonly withinMs: number }): Promise<void> {
    await this.page.locator('#events').getByText(text).first().waitFor({ timeout: withinMs });
  }

  async screenshot(name: string): Promise<void> {
    const folder = join(repositoryRoot, 'test/e2e/screenshots');
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  /** What the server says, by the page's own way to it. */
  async world(): Promise<WorldView> {
    return (await this.page.evaluate(
      `fetch('/admin/v1/world').then((answer) => answer.json())`,
    )) as WorldView;
  }
}
