import { type Html, html } from './html.ts';

const PLACES = [
  { path: '/', name: 'Home' },
  { path: '/graphiql', name: 'GraphiQL' },
  { path: '/dev/mail', name: 'Mail' },
];

/**
 * What stands at the top of all development pages: where one can go, and as whom one acts. The latter is filled in by
 * assets/act-as.js. @param place the path where the reader is
 */
export function bar(place: string | undefined): Html {
  return html`<header class="bar">
    <a class="brand" href="/"><img src="/dev/assets/icon.svg" width="24" height="24" alt=""> <span>Rowgate</span></a>
    <nav class="tabs" aria-label="Development">
      ${PLACES.map(({ path, name }) => link(path, name, path === place))}
    </nav>
    <button type="button" id="act-as" aria-haspopup="dialog" disabled>Act as …</button>
  </header>`;
}

/** A link that says whether it leads to where the reader is. */
export function link(href: string, name: string, isCurrent: boolean): Html {
  return html`<a href="${href}"${isCurrent && html` aria-current="page"`}>${name}</a>\n`;
}
