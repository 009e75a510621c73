import { readFileSync } from 'node:fs';
import { type Html, html } from './html.ts';

const read = (file: string) => readFileSync(new URL(`./snippets/${file}`, import.meta.url), 'utf8').trimEnd();

/** Something of ./snippets to copy; an operation can also be opened in GraphiQL. @param label what it is */
export function snippet(file: string, label: string): Html {
  const source = read(file);
  return html`<figure class="snippet surface">
  <figcaption>
    <span>${label}</span>
    ${file.endsWith('.graphql') && html`<a href="${graphiqlLink(source)}">Open in GraphiQL</a>`}
    <button type="button" data-copy hidden aria-label="Copy: ${label}">Copy</button>
  </figcaption>
  <pre tabindex="0" role="group" aria-label="${label}"><code>${source}</code></pre>
</figure>`;
}

/** Where GraphiQL opens with this operation in its editor. */
export function graphiqlLink(operation: string): string {
  return `/graphiql#${new URLSearchParams({ query: operation })}`;
}
