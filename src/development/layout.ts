import { type Html, html } from './html.ts';

type Page = {
  title: string;
  content: Html;
  /** The path of the place in the navigation where the reader is. */
  place?: string;
  /** Modules of ./assets that the page runs. */
  scripts?: string[];
};

const PLACES = [
  { path: '/', name: 'Home' },
  { path: '/graphiql', name: 'GraphiQL' },
  { path: '/dev/mail', name: 'Mail' },
];

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
  ${scripts.map((name) => html`<script type="module" src="/dev/assets/${name}"></script>\n  `)}
</head>
<body>
  <a class="skip" href="#main">Skip to the content</a>
  <header class="bar">
    <a class="brand" href="/"><img src="/dev/assets/icon.svg" width="24" height="24" alt=""> Rowgate</a>
    <nav class="tabs" aria-label="Development">
      ${PLACES.map(({ path, name }) => link(path, name, path === place))}
    </nav>
  </header>
  <main id="main" tabindex="-1">
    ${content}
  </main>
</body>
</html>
`;
  return page.source;
}

/** A link that says whether it leads to where the reader is. */
export function link(href: string, name: string, isCurrent: boolean): Html {
  return html`<a href="${href}"${isCurrent && html` aria-current="page"`}>${name}</a>\n`;
}
