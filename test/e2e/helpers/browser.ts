import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Milliseconds that a page may take for anything: much, because nobody waits for it unless something is wrong. */
const PATIENCE = 60_000;

/**
 * A real Chromium for the test file: the one of CHROMIUM_PATH, else the system's. After each test, nothing may have
 * gone wrong in any page of it: no error on the console, no violation of the content security policy, no request to
 * another host.
 */
export function useBrowser() {
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  const problems: string[] = [];
  const expected: RegExp[] = [];

  beforeAll(async () => {
    const executablePath = process.env.CHROMIUM_PATH || '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    const patterns = expected.splice(0);
    const unexpected = problems.splice(0).filter((problem) => !patterns.some((each) => each.test(problem)));
    expect(unexpected).toEqual([]);
  });

  return {
    /** Says of what Chromium complains in this test, because the test causes it: a refused request, for example. */
    expectProblem(pattern: RegExp): void {
      expected.push(pattern);
    },

    /** A browser without cookies or storage, as a new user would have it. */
    async open(options: BrowserContextOptions & { baseURL: string }): Promise<BrowserContext> {
      const context = await browser.newContext(options);
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      context.setDefaultTimeout(PATIENCE);
      contexts.push(context);
      await watch(context, new URL(options.baseURL).origin, (problem) => problems.push(problem));
      return context;
    },
  };
}

async function watch(context: BrowserContext, origin: string, report: (problem: string) => void) {
  await context.exposeFunction('reportViolation', (violation: string) => report(`CSP: ${violation}`));
  await context.addInitScript({
    content: `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      reportViolation(violatedDirective + ' ' + blockedURI));`,
  });
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      report(`console: ${message.text()} ${message.location().url}`);
  });
  context.on('weberror', (error) => report(`uncaught: ${error.error().message}`));
  context.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (protocol.startsWith('http') && asked !== origin) report(`request to ${request.url()}`);
  });
}
