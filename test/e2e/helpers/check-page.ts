import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Violation = { id: string; impact: string | null; nodes: Array<{ html: string }> };

/** Expects that axe finds nothing serious or critical. The mail in its frame is its own document, with its own rules. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe);
  const violations = (await page.evaluate(
    'axe.run(document, { iframes: false }).then(({ violations }) => violations)',
  )) as Violation[];
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(grave.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }))).toEqual([]);
}

/** Expects that nothing sticks out at the side, or is cut off there; only code may be scrolled to and fro. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const tooWide =
    await page.evaluate(`[document.documentElement, ...document.querySelectorAll('body *:not(pre *)')]
    .filter((element) => element.checkVisibility())
    .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((element) => element.outerHTML.slice(0, 100))`);
  expect(tooWide).toEqual([]);
  const overflow = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(overflow).toBe(0);
}

/** What Tab should reach: everything visible that can be used, in the order of the document. */
const TARGETS = `[...document.querySelectorAll('a[href], button, input, iframe, [tabindex="0"]')]
  .filter((element) => !element.disabled && element.checkVisibility())`;

/** Expects that Tab reaches everything, in order, and that one sees where one is. */
export async function expectKeyboardUsable(page: Page): Promise<void> {
  const names = (await page.evaluate(`(() => {
    document.activeElement.blur();
    window.targets = ${TARGETS};
    return window.targets.map((element) => element.outerHTML.slice(0, 100));
  })()`)) as string[];

  const visits: number[] = [];
  // Once around, from wherever the page has put the focus; the extra steps are the links of a mail in its frame.
  for (let step = 0; step < names.length + 4; step++) {
    await page.keyboard.press('Tab');
    const { index, isSeen } = (await page.evaluate(`(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const { bottom } = element.getBoundingClientRect();
      return {
        index: window.targets.indexOf(element),
        isSeen: element.matches('iframe') || (outlineStyle === 'solid' && outlineWidth === '3px' && bottom > 0),
      };
    })()`)) as { index: number; isSeen: boolean };
    if (index === -1) continue;
    expect({ element: names[index], isSeen }).toEqual({ element: names[index], isSeen: true });
    if (visits.at(-1) !== index) visits.push(index);
  }

  const reached = new Set(visits);
  expect(names.filter((_, index) => !reached.has(index))).toEqual([]);
  const order = visits.slice(0, names.length);
  const start = order.indexOf(0);
  expect([...order.slice(start), ...order.slice(0, start)]).toEqual(names.map((_, index) => index));
}
