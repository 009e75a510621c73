import { expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { eventually } from './eventually.ts';

export type Answer = {
  // biome-ignore lint/suspicious/noExplicitAny: what a test asks for is what it gets
  data: any;
  errors?: Array<{ message: string; extensions: { code: string } }>;
};

const isAnswer = (response: { url(): string }) => response.url().endsWith('/graphql');

/** Opens GraphiQL and waits until it knows the schema. */
export async function openGraphiql(page: Page, fragment = ''): Promise<void> {
  await Promise.all([page.waitForResponse(isAnswer), page.goto(`/graphiql${fragment}`)]);
  await page.locator('.graphiql-query-editor .monaco-editor').waitFor();
}

/** Pastes an operation over what is in the editor, runs it, and returns what the page shows as its answer. */
export async function runInGraphiql(page: Page, operation: string): Promise<Answer> {
  await paste(page, operation);
  return execute(page);
}

/**
 * Pastes a subscription and starts it; what it brings is waited for with `waitForShown`.
 *
 * @param name of the subscription: once its tab bears it, GraphiQL has seen that this is one, and opens a websocket.
 */
export async function subscribeInGraphiql(page: Page, name: string, fields: string): Promise<void> {
  await paste(page, `subscription ${name} { ${fields} }`);
  await page.getByRole('tab', { name }).waitFor();
  await page.keyboard.press('ControlOrMeta+Enter');
}

async function paste(page: Page, operation: string): Promise<void> {
  await page.bringToFront();
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(operation)})`);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+v');
  await expectInEditor(page, operation);
}

/** The same, key by key, with everything that the editor does meanwhile: brackets that close themselves, suggestions. */
export async function typeInGraphiql(page: Page, operation: string): Promise<Answer> {
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type(operation);
  await expectInEditor(page, operation);
  return execute(page);
}

/** Runs what is in the editor. */
export async function execute(page: Page): Promise<Answer> {
  const [response] = await Promise.all([
    page.waitForResponse(isAnswer),
    page.keyboard.press('ControlOrMeta+Enter'),
  ]);
  const answer: Answer = await response.json();
  await waitForShown(page, answer);
  return answer;
}

/** Characters of an answer that always fit into the window; of a longer one the editor draws the lines in view. */
const CHARACTERS_IN_VIEW = 300;

/** Waits until the page shows this answer and nothing else. */
export async function waitForShown(page: Page, answer: object): Promise<void> {
  const whole = withoutSpace(JSON.stringify(answer));
  await eventually(async () => {
    const shown = await textOf(page.locator('.result-window .view-line'));
    expect(shown).toBe(shown.length < CHARACTERS_IN_VIEW ? whole : whole.slice(0, shown.length));
  });
}

/** The editor takes what is pasted or typed in its own time. */
async function expectInEditor(page: Page, operation: string): Promise<void> {
  await eventually(async () =>
    expect(await textOf(page.locator('.graphiql-query-editor .view-line'))).toBe(withoutSpace(operation)),
  );
}

const withoutSpace = (text: string) => text.replace(/\s/g, '');

/** The text of an editor, without white space: it keeps its lines in any order, and breaks them where it likes. */
async function textOf(lines: Locator): Promise<string> {
  const texts = await lines.evaluateAll((elements) =>
    elements.map((element) => ({ top: element.getBoundingClientRect().top, text: element.textContent })),
  );
  texts.sort((a, b) => a.top - b.top);
  return withoutSpace(texts.map(({ text }) => text).join(''));
}
