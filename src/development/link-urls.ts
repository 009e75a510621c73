import { type Html, html } from './html.ts';

/** The plain text of a mail as HTML, with its addresses as links that open in a new tab. */
export function linkUrls(text: string): Html[] {
  // With a capturing group, `split` puts the matches at the odd places.
  return text
    .split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/)
    .map((part, index) =>
      index % 2 === 1 ? html`<a href="${part}" target="_blank">${part}</a>` : html`${part}`,
    );
}
