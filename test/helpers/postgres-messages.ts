/** One message of PostgreSQL's protocol: its type letter ('' for the start-up message), its content, and all its bytes. */
export type Message = { type: string; body: Buffer; bytes: Buffer };

/** Cuts a stream into messages, wherever its chunks end. The first of a client's has no type letter. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0);
  #hasTypes: boolean;

  constructor({ beginsWithStartup }: { beginsWithStartup: boolean }) {
    this.#hasTypes = !beginsWithStartup;
  }

  read(chunk: Buffer): Message[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: Message[] = [];
    for (;;) {
      const start = this.#hasTypes ? 1 : 0;
      if (this.#rest.length < start + 4) return messages;
      const end = start + this.#rest.readInt32BE(start);
      if (this.#rest.length < end) return messages;
      messages.push({
        type: this.#rest.toString('latin1', 0, start),
        body: this.#rest.subarray(start + 4, end),
        bytes: this.#rest.subarray(0, end),
      });
      this.#rest = this.#rest.subarray(end);
      this.#hasTypes = true;
    }
  }
}

/** Parse: the name of a prepared statement ('' for none) and its text. */
export function readParse(body: Buffer): { name: string; text: string } {
  const [name, text] = body.toString().split('\0') as [string, string];
  return { name, text };
}

/** Bind: the name of the statement and its values, as the text in which `pg` sends them. */
export function readBind(body: Buffer): { name: string; values: (string | null)[] } {
  const nameStart = body.indexOf(0) + 1;
  const nameEnd = body.indexOf(0, nameStart);
  const formats = body.readInt16BE(nameEnd + 1);
  let position = nameEnd + 3 + 2 * formats;
  const values = Array.from({ length: body.readInt16BE(position) }, () => null as string | null);
  position += 2;
  for (const index of values.keys()) {
    const length = body.readInt32BE(position);
    position += 4;
    if (length === -1) continue;
    values[index] = body.toString('utf8', position, position + length);
    position += length;
  }
  return { name: body.toString('utf8', nameStart, nameEnd), values };
}

/** CommandComplete: its tag, e.g. `SELECT 1`. ErrorResponse: its SQLSTATE. Undefined for any other message. */
export function readOutcome({ type, body }: Message): string | undefined {
  if (type === 'C') return body.toString('utf8', 0, body.length - 1);
  if (type !== 'E') return undefined;
  const sqlstate = body
    .toString()
    .split('\0')
    .find((field) => field.startsWith('C'));
  return sqlstate?.slice(1);
}
