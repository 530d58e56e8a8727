import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ArenaWindow } from '../../../demos/arena/web/arena-window.ts';
import type { DuelWindow } from '../../../demos/duel/web/duel-window.ts';
import type { ProfileBody } from '../../../src/protocol/rest.ts';
import { eventually } from '../eventually.ts';
import { repositoryRoot } from '../repository.ts';

const SCREENSHOTS = join(repositoryRoot, 'test/e2e/screenshots');

export const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

/** What a browser says about a network that is switched off, or a server that is gone. */
const OF_AN_OUTAGE =
  /ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)|WebSocket connection to .* failed|Network offline/;

/** The read-only windows through which the demos show what they show. */
interface TestWindows {
  readonly __arena: ArenaWindow;
  readonly __duel: DuelWindow;
}

/** Somebody in a browser of his own: cookies, storage and network are nobody else's. */
export class Visitor<Name extends keyof TestWindows = keyof TestWindows>
  implements AsyncDisposable
{
  readonly context: BrowserContext;
  readonly page: Page;
  /** Everything the page complained about: console, exceptions, policy, requests. Outages made on purpose do not count. */
  readonly complaints: string[] = [];
  readonly #window: Name;
  #isInOutage = false;

  static async open<Game extends keyof TestWindows>(
    browser: Browser,
    window: Game,
    device: BrowserContextOptions,
  ): Promise<Visitor<Game>> {
    const context = await browser.newContext({ colorScheme: 'dark', ...device });
    return new Visitor(context, await context.newPage(), window);
  }

  private constructor(context: BrowserContext, page: Page, window: Name) {
    this.#window = window;
    this.context = context;
    this.page = page;
    // Chromium reports violations of the content security policy as errors of the console.
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        this.#complain(message.text());
    });
    page.on('pageerror', (error) => this.#complain(String(error)));
    page.on('requestfailed', (request) =>
      this.#complain(`${request.url()}: ${request.failure()?.errorText}`),
    );
    page.on('response', (response) => {
      if (response.status() >= 400) this.#complain(`${response.url()}: ${response.status()}`);
    });
  }

  /** What the game shows now. */
  see(): Promise<TestWindows[Name]> {
    return this.page.evaluate<TestWindows[Name]>(`window.${this.#window}`);
  }

  /** Waits until a fact holds of what the game shows. @returns what it shows then */
  async sees(
    fact: (seen: TestWindows[Name]) => boolean,
    withinMs = 15_000,
  ): Promise<TestWindows[Name]> {
    let seen: TestWindows[Name] | undefined;
    await eventually(
      async () => {
        seen = await this.see();
        return (seen !== undefined && fact(seen)) || expect.fail(JSON.stringify(seen));
      },
      { withinMs, everyMs: 30 },
    );
    return seen as TestWindows[Name];
  }

  /** From now on until {@link hasRecovered} network errors are what the test wants. */
  expectOutage(): void {
    this.#isInOutage = true;
  }

  /** The page's network is off during `work`. */
  async offline(work: () => Promise<void>): Promise<void> {
    this.expectOutage();
    await this.context.setOffline(true);
    try {
      await work();
    } finally {
      await this.context.setOffline(false);
    }
  }

  /** The outage is over as far as the page is concerned: from now on network errors count again. */
  hasRecovered(): void {
    this.#isInOutage = false;
  }

  /** Keeps a picture for people to look at, once whatever moves in or out has arrived. */
  async keepScreenshot(name: string): Promise<void> {
    await this.page.evaluate(`Promise.all(
      document.getAnimations()
        .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime))
        .map((animation) => animation.finished.catch(() => {})),
    )`);
    await this.keepScreenshotNow(name);
  }

  /** Keeps a picture of this very moment. */
  async keepScreenshotNow(name: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  /** The signed-in player's own profile, as REST tells it. */
  async profile(): Promise<ProfileBody> {
    return await this.page.evaluate<ProfileBody>(`(async () => {
      const session = localStorage.getItem('meridian.session ' + location.origin);
      const { accessToken } = JSON.parse(session);
      const reply = await fetch('/v1/profiles/me', { headers: { authorization: 'Bearer ' + accessToken } });
      return await reply.json();
    })()`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }

  #complain(text: string): void {
    if (this.#isInOutage && OF_AN_OUTAGE.test(text)) return;
    this.complaints.push(text);
  }
}
