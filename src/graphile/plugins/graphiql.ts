import type { Response } from 'express';

/**
 * Makes GraphiQL work with the protections that hold for every other client: its requests carry a CSRF token, and
 * its inline scripts the nonce that the content security policy asks for. Above it stands the bar of the other pages.
 */
export const GraphiqlPlugin: GraphileConfig.Plugin = {
  name: 'GraphiqlPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      async ruruHTML(next, event) {
        const { res } = event.request.requestContext.expressv4 as { res: Response };
        const { htmlParts } = event;
        // Here, because this file is loaded in production too.
        const { bar } = await import('../../development/bar.ts');
        htmlParts.titleTag = '<title>GraphiQL – Rowgate</title>';
        htmlParts.metaTags += `<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/dev/assets/icon.svg" type="image/svg+xml">`;
        htmlParts.styleTags += `<link rel="stylesheet" href="/dev/assets/graphiql.css">`;
        htmlParts.bodyContent = bar('/graphiql').source + htmlParts.bodyContent;
        htmlParts.headerScripts = `<script src="/dev/assets/csrf-fetch.js"></script>
<script src="/dev/assets/graphiql.js"></script>
<script type="module" src="/dev/assets/act-as.js"></script>
${htmlParts.headerScripts}`;
        const html = await next();
        return html.replaceAll('<script', `<script nonce="${res.locals.cspNonce}"`);
      },
    },
  },
};
