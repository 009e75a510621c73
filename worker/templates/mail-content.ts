/** What a mail says, once; its HTML and its plain text are both made of this. Plain text, escaped where it becomes HTML. */
export type MailContent = {
  subject: string;
  paragraphs: string[];
  /** The one thing to do, as a button and as an address. */
  action?: { label: string; url: string };
  /** What to do if the reader did not expect this. */
  footnote?: string;
};
