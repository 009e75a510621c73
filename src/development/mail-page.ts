import type { InboxMail } from '../../worker/mail-inbox.ts';
import { link } from './bar.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { linkUrls } from './link-urls.ts';

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

const address = (id: string) => `/dev/mail?id=${id}`;

/** The inbox: all mails, and the one with this id to read, as it looks or as plain text. */
export function mailPage(mails: InboxMail[], { id, asText }: { id?: string; asText: boolean }): string {
  const open = mails.find((mail) => mail.id === id);
  return layout({
    title: open ? open.subject : 'Mail',
    place: '/dev/mail',
    scripts: ['mail.js'],
    content: html`<h1 id="inbox">Mail</h1>
<div class="inbox${open && ' reading'}">
<section class="mails" aria-labelledby="inbox">
  <p class="quiet" role="status" id="news">${mails.length === 0 ? 'No mail yet. Register, and one arrives here by itself.' : 'New mail appears by itself.'}</p>
  <ol id="mails" class="surface" data-newest="${mails[0]?.sentAt}">${mails.map((mail) => entry(mail, mail === open))}</ol>
</section>
<article class="mail surface" aria-label="The open mail">
  ${open ? reading(open, asText) : html`<p class="quiet">${id === undefined ? 'Choose a mail to read it.' : 'There is no such mail (any more).'}</p>`}
</article>
</div>`,
  });
}

function entry(mail: InboxMail, isOpen: boolean): Html {
  return html`<li><a href="${address(mail.id)}"${isOpen && html` aria-current="true"`}>
  <strong>${mail.subject}</strong>
  <span>to ${mail.to}</span>
  <time datetime="${mail.sentAt}">${format.format(new Date(mail.sentAt))}</time>
</a></li>
`;
}

function reading(mail: InboxMail, asText: boolean): Html {
  return html`<p class="back"><a href="/dev/mail">← All mail</a></p>
<h2>${mail.subject}</h2>
<dl>
  <div><dt>To</dt><dd>${mail.to}</dd></div>
  <div><dt>Sent</dt><dd><time datetime="${mail.sentAt}">${format.format(new Date(mail.sentAt))}</time></dd></div>
</dl>
<nav class="tabs" aria-label="Form of the mail">
  ${link(address(mail.id), 'As it looks', !asText)}
  ${link(`${address(mail.id)}&as=text`, 'Plain text', asText)}
</nav>
${asText ? html`<pre>${linkUrls(mail.text)}</pre>` : frame(mail)}`;
}

/**
 * The mail in a frame where no script runs. It keeps our origin, so that the page can measure how high it is, and its
 * links open in a tab outside the sandbox.
 */
const frame = ({ subject, html: content }: InboxMail) => html`<iframe title="${subject}"
  sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" srcdoc="${content}"></iframe>`;
