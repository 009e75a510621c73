import { bar } from './bar.ts';
import { type Html, html } from './html.ts';

type Page = {
  title: string;
  content: Html;
  /** The path of the place in the navigation where the reader is. */
  place?: string;
  /** Modules of ./assets that the page runs. */
  scripts?: string[];
};

/** The first wraps `fetch` for those that follow. */
const COMMON_SCRIPTS = ['csrf-fetch.js', 'act-as.js'];

/** What all development pages share: the head, the navigation, one stylesheet. */
export function layout({ title, content, place, scripts = [] }: Page): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} – Rowgate</title>
  <link rel="icon" href="/dev/assets/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/dev/assets/style.css">
  ${[...COMMON_SCRIPTS, ...scripts].map((name) => html`<script type="module" src="/dev/assets/${name}"></script>\n  `)}
</head>
<body>
  <a class="skip" href="#main">Skip to the content</a>
  ${bar(place)}
  <main id="main" tabindex="-1">
    ${content}
  </main>
</body>
</html>
`;
  return page.source;
}
