import type { Deps } from '../deps.ts';
import { describeDatabase } from './describe-database.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { snippet } from './snippet.ts';

type Inbox = { list(): Promise<unknown[]> };

/** What runs and where, and what to do next. */
export async function homePage(deps: Deps, inbox: Inbox): Promise<string> {
  return layout({
    title: 'Start here',
    place: '/',
    scripts: ['copy.js'],
    content: html`<h1>Rowgate is running</h1>
<p class="lead">PostgreSQL decides who may see and change every row. This page, GraphiQL and the mail inbox are for development; in production they do not exist.</p>
${await whatRuns(deps, inbox)}
${nextSteps}
${roles}`,
  });
}

async function whatRuns({ config, pools }: Deps, inbox: Inbox): Promise<Html> {
  const database = await describeDatabase({ config, pools });
  const { smtpUrl } = config.mail;
  const count = smtpUrl ? 0 : (await inbox.list()).length;
  return html`<section aria-labelledby="what-runs">
<h2 id="what-runs">What runs</h2>
<ul class="cards">
  <li class="surface">
    <h3>GraphQL</h3>
    <p><code class="url">${config.rootUrl}<wbr>/graphql</code></p>
    <p>Send a POST with JSON, the cookies, and the token of <a href="/csrf-token">/csrf-token</a> as header <code>x-csrf-token</code>.</p>
  </li>
  <li class="surface">
    <h3><a href="/graphiql">GraphiQL</a></h3>
    <p>Write operations and run them, with the documentation of the schema beside them. Logging in works here as it does in your frontend, and the button at the top makes you any user without a password.</p>
  </li>
  <li class="surface">
    <h3><a href="/dev/mail">Mail inbox</a></h3>
    ${
      smtpUrl
        ? html`<p>Empty, because <code>SMTP_URL</code> is set: mail goes to ${new URL(smtpUrl).host}.</p>`
        : html`<p>${count === 0 ? 'No mail yet' : count === 1 ? 'One mail' : `${count} mails`}. Nothing leaves this machine: every mail lands here, and its links work.</p>`
    }
  </li>
  <li class="surface">
    <h3>Database</h3>
    <p>${database.version ? `PostgreSQL ${database.version}` : 'PostgreSQL does not answer at the moment'}, ${database.place}.</p>
    ${database.isEmbedded && html`<p><code>npm run --silent db:url</code> prints its URL.</p>`}
  </li>
</ul>
</section>`;
}

const nextSteps = html`<section aria-labelledby="next-steps">
<h2 id="next-steps">Next steps</h2>
<ol class="steps">
  <li>
    <h3>Create an account</h3>
    <p>Run this in GraphiQL. You are logged in afterwards, and the mail that confirms the address is in the <a href="/dev/mail">inbox</a> a moment later.</p>
    <div class="snippets">
      ${snippet('register.graphql', 'Register')}
      ${snippet('current-user.graphql', 'Who am I?')}
    </div>
  </li>
  <li>
    <h3>Let it watch</h3>
    <p>Stop the server, and start it with <code>npm run dev</code>. From now on, whenever you save <code>current.sql</code>, the database and GraphiQL follow within two seconds.</p>
  </li>
  <li>
    <h3>Add your first table</h3>
    <p>Run this in another terminal. It writes a table into <code>current.sql</code>, whose policies say which rows and whose grants say which columns, and a test of both; make them yours.</p>
    ${snippet('first-table.sh', 'A table of notes')}
    ${snippet('first-note.graphql', 'The first note')}
  </li>
</ol>
</section>`;

const roles = html`<section aria-labelledby="roles">
<h2 id="roles">Roles</h2>
<dl class="roles">
  <div><dt><code>anonymous</code></dt><dd>A request without a session.</dd></div>
  <div><dt><code>webuser</code></dt><dd>A request with the session of a user. Your policies and grants are for this role.</dd></div>
  <div><dt><code>webadmin</code></dt><dd>A request with the session of an administrator: everything of <code>webuser</code>, and policies of its own.</dd></div>
  <div><dt><code>authenticator</code></dt><dd>What the server connects as. Every transaction begins with becoming one of the three above.</dd></div>
  <div><dt>the owner</dt><dd>Runs migrations and the worker, and never a request.</dd></div>
</dl>
</section>`;
