type Content = Html | Html[] | string | number | false | undefined;

/** A piece of HTML that may stand in a page as it is. */
export class Html {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function toSource(content: Content): string {
  if (content === undefined || content === false) return '';
  if (Array.isArray(content)) return content.map(toSource).join('');
  if (content instanceof Html) return content.source;
  return String(content).replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/**
 * Makes HTML of a template. Whatever is put in is escaped, for text and for quoted attributes, unless it is HTML made
 * by this function; `false` and `undefined` leave nothing.
 */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(strings.map((string, index) => string + toSource(contents[index])).join(''));
}
