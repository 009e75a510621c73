import { readFile } from 'node:fs/promises';
import type { MailContent } from './mail-content.ts';

export type RenderedMail = { subject: string; text: string; html: string };

const layoutFile = new URL('./layout.mjml', import.meta.url);

/** Makes the two forms of a mail: HTML by the MJML layout, and plain text that says the same. */
export async function renderMail(content: MailContent): Promise<RenderedMail> {
  // Loaded with the first mail: it is large, and no mail is sent while a server starts.
  const { default: mjml } = await import('mjml');
  const layout = await readFile(layoutFile, 'utf8');
  const { html } = await mjml(fill(layout, content), { validationLevel: 'strict' });
  return { subject: content.subject, text: toText(content), html };
}

function fill(layout: string, { subject, paragraphs, action, footnote }: MailContent): string {
  const parts: Record<string, string> = {
    subject: escapeHtml(subject),
    paragraphs: paragraphs.map((paragraph) => `<mj-text>${escapeHtml(paragraph)}</mj-text>`).join('\n'),
    action: action
      ? `<mj-button href="${escapeHtml(action.url)}" background-color="#1f6feb" border-radius="6px">${escapeHtml(action.label)}</mj-button>
         <mj-text font-size="13px" color="#5f6b7a">${escapeHtml(action.url)}</mj-text>`
      : '',
    footnote: footnote ? `<mj-text font-size="13px" color="#5f6b7a">${escapeHtml(footnote)}</mj-text>` : '',
  };
  return layout.replace(/\{\{(\w+)\}\}/g, (_, name: string) => parts[name] ?? '');
}

function toText({ paragraphs, action, footnote }: MailContent): string {
  const blocks = [
    ...paragraphs,
    ...(action ? [`${action.label}:\n${action.url}`] : []),
    ...(footnote ? [footnote] : []),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
