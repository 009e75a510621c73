import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import { makeMailInbox } from '../../worker/mail-inbox.ts';
import type { Deps } from '../deps.ts';
import { accountPage, accountPages } from '../development/account-page.ts';
import { homePage } from '../development/home-page.ts';
import { installActAs } from '../development/install-act-as.ts';
import { mailPage } from '../development/mail-page.ts';
import { requireKnownHost } from '../development/require-known-host.ts';
import { requireOwnMachine } from '../development/require-own-machine.ts';

const ASSETS = fileURLToPath(new URL('../development/assets', import.meta.url));

/**
 * Pages for whoever develops with this: where everything is, the mail inbox, the pages to which mails lead, and a switch
 * between users.
 */
export function installDevelopmentPages(
  app: Express,
  deps: Deps,
  { ownerUrl }: { ownerUrl: string | undefined },
): void {
  const inbox = makeMailInbox(deps.config);

  app.use('/dev/assets', express.static(ASSETS, { index: false, cacheControl: false }));

  app.use('/dev', requireOwnMachine, requireKnownHost(deps.config));

  app.get('/', async (_req, res) => {
    res.type('html').send(await homePage(deps, inbox));
  });

  installActAs(app, deps, ownerUrl);

  app.get('/dev/mail', async (req, res) => {
    const id = typeof req.query.id === 'string' ? req.query.id : undefined;
    res.type('html').send(mailPage(await inbox.list(), { id, asText: req.query.as === 'text' }));
  });

  app.get('/dev/mail.json', async (req, res) => {
    const after = typeof req.query.after === 'string' ? req.query.after : '';
    const mails = (await inbox.list()).filter(({ sentAt }) => sentAt > after);
    res.json(mails.map(({ to, subject, text, html, sentAt }) => ({ to, subject, text, html, sentAt })));
  });

  for (const name of accountPages) {
    app.get(`/account/${name}`, (_req, res) => {
      res.type('html').send(accountPage(name));
    });
  }
}
