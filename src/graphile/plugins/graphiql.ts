import type { Response } from 'express';

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
        const { htmlParts } = event;
        htmlParts.titleTag = '<title>GraphiQL – Rowgate</title>';
        htmlParts.metaTags += `<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/dev/assets/icon.svg" type="image/svg+xml">`;
        htmlParts.headerScripts = `<script src="/dev/assets/csrf-fetch.js"></script>
<script src="/dev/assets/graphiql.js"></script>
${htmlParts.headerScripts}`;
        const html = await next();
        return html.replaceAll('<script', `<script nonce="${res.locals.cspNonce}"`);
      },
    },
  },
};
