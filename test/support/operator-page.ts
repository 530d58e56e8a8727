import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { WorldView } from '../../src/protocol/admin.ts';
import type { OperatorSignIn } from '../../src/protocol/operator-session.ts';
import { repositoryRoot } from './repository.ts';

/** A start of a browser's page beside everything else of a test run. */
const IN_MS = 60_000;

/** The console in a real browser, with everything it complains about. */
export class OperatorPage {
  readonly page: Page;
  /** Exceptions, errors of the console, and requests to anywhere but its server. */
  readonly complaints: string[] = [];

  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
    credentials?: OperatorSignIn,
  ): Promise<OperatorPage> {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      ...options,
    });
    const operator = new OperatorPage(await context.newPage(), new URL(url).origin);
    await operator.page.goto(url);
    if (credentials !== undefined) await operator.signIn(credentials);
    await operator.page.locator('#live:not(.is-lost)').waitFor({ timeout: IN_MS });
    return operator;
  }

  /** By the page for it. */
  async signIn({ name, password }: OperatorSignIn): Promise<void> {
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** Opens one of the pages by the navigation. */
  async go(title: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click();
    await this.page.getByRole('heading', { level: 1, name: title }).waitFor({ timeout: IN_MS });
  }

  /** Answers the dialog that asks. @param reason - null: it asks for none */
  async confirm(verb: string, reason: string | null = null): Promise<void> {
    const dialog = this.page.getByRole('dialog');
    if (reason !== null) await dialog.getByRole('textbox').fill(reason);
    await dialog.getByRole('button', { name: verb, exact: true }).click();
  }

  /** Waits until what was done is told below. */
  async toast(text: string | RegExp): Promise<void> {
    await this.page.locator('#toasts').getByText(text).first().waitFor({ timeout: IN_MS });
  }

  private constructor(page: Page, origin: string) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // A browser says so of the door, too: there the answer is what the test wants.
      if (message.type() === 'error' && !/status of 401/.test(message.text())) {
        this.complaints.push(message.text());
      }
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
      `fetch('/admin/v1/world', { headers: { 'x-meridian-console': '1' } }).then((answer) => answer.json())`,
    )) as WorldView;
  }
}
