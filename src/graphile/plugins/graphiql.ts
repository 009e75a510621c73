import { readFileSync } from 'node:fs';
import type { Response } from 'express';

const csrfFetch = readFileSync(new URL('../graphiql-csrf-fetch.js', import.meta.url), 'utf8');

/**
 * Makes GraphiQL work with the protections that hold for every other client: its requests carry a CSRF token, and
 * its inline scripts the nonce that the content security policy asks for.
 */
export const GraphiqlPlugin: GraphileConfig.Plugin = {
  name: 'GraphiqlPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      async ruruHTML(next, event) {
        const { res } = event.request.requestContext.expressv4 as { res: Response };
        event.htmlParts.titleTag = '<title>GraphiQL – Rowgate</title>';
        event.htmlParts.headerScripts = `<script>${csrfFetch}</script>${event.htmlParts.headerScripts}`;
        const html = await next();
        return html.replaceAll('<script', `<script nonce="${res.locals.cspNonce}"`);
      },
    },
  },
};
