import type { MailPage } from '../../worker/mailer.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { graphiqlLink } from './snippet.ts';

type AccountPage = {
  title: string;
  /** What the page sends. The script reads it from the page, so what is shown is what is sent. */
  operation: string;
  /** How one asks for another mail of this kind. */
  askAgain: string;
  forms: Html;
};

const loginForm = (purpose: string) => html`<form id="login" class="surface" method="post" hidden>
  <p>${purpose}</p>
  <label for="username">User name or e-mail</label>
  <input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required aria-describedby="login-error">
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required aria-describedby="login-error">
  <p class="error" id="login-error" role="alert"></p>
  <button>Log in</button>
</form>`;

const PAGES: Record<MailPage, AccountPage> = {
  'verify-email': {
    title: 'Confirm your address',
    operation: `mutation VerifyEmail($token: String!) {
  verifyEmail(input: { token: $token }) {
    result
  }
}`,
    askAgain: `mutation AskAgain {
  resendEmailVerification(input: { emailId: "rowId of one of your userEmails" }) { result }
}`,
    forms: loginForm('Log in first, as the account that the mail names. Then the address is confirmed.'),
  },
  'reset-password': {
    title: 'Choose a new password',
    operation: `mutation ResetPassword(
  $token: String!
  $newPassword: String!
) {
  resetPassword(input: {
    token: $token
    newPassword: $newPassword
  }) {
    result
  }
}`,
    askAgain: `mutation AskAgain {
  forgotPassword(input: { email: "ada@example.com" }) { result }
}`,
    forms: html`<form id="reset" class="surface" method="post" hidden>
  <label for="new-password">New password</label>
  <input id="new-password" name="newPassword" type="password" autocomplete="new-password" required minlength="8" aria-describedby="rule reset-error">
  <p class="quiet" id="rule">At least 8 characters, and none of the common passwords. Every session of the account ends.</p>
  <p class="error" id="reset-error" role="alert"></p>
  <button>Set the password</button>
</form>`,
  },
  'delete-account': {
    title: 'Delete your account',
    operation: `mutation ConfirmAccountDeletion($token: String!) {
  confirmAccountDeletion(input: { token: $token }) {
    result
  }
}`,
    askAgain: `mutation AskAgain {
  requestAccountDeletion(input: { password: "your password" }) { result }
}`,
    forms: html`${loginForm('Log in first, as the account that the mail names. Nothing is deleted before you confirm it.')}
<form id="delete" class="surface" method="post" hidden>
  <p>This deletes the account <strong id="account"></strong> and everything in it. It cannot be undone.</p>
  <p class="error" id="delete-error" role="alert"></p>
  <button class="danger">Delete the account</button>
</form>`,
  },
};

/** The names of these pages, below /account/. */
export const accountPages = Object.keys(PAGES) as MailPage[];

/** The page of a frontend to which a mail leads, so that the mails work before there is a frontend. */
export function accountPage(name: MailPage): string {
  const { title, operation, askAgain, forms } = PAGES[name];
  return layout({
    title,
    scripts: [`${name}.js`],
    content: html`<div class="account">
<h1>${title}</h1>
<noscript><p>This page needs JavaScript: the token stands behind the # of the address, which browsers send to no server.</p></noscript>
<section id="outcome" class="outcome surface" role="status" tabindex="-1" hidden>
  <h2></h2>
  <p></p>
  <code></code>
</section>
<p id="ask-again" hidden><a href="${graphiqlLink(askAgain)}">Ask for a new mail in GraphiQL</a></p>
${forms}
<aside class="stand-in" aria-label="For your frontend">
  <p>This page stands in for <code>/account/${name}</code> of your frontend. It reads <code>#token=…</code> from its own address, and sends</p>
  <pre id="operation" class="surface"><code>${operation}</code></pre>
</aside>
</div>`,
  });
}
