type Connection = {
  parse(message: object): void;
  bind(message: object): void;
  execute(message: object): void;
  close(message: object): void;
  flush(): void;
  sync(): void;
};

/** What pg-cursor does, in little: a query object that keeps its portal open, and reads one row at a time. */
export class OneRowCursor {
  readonly text: string;
  #connection: Connection | null = null;
  #isClosed = false;
  #row: string[] = [];
  #answer: { resolve(row: string[]): void; reject(error: Error): void } | null = null;
  #closed: (() => void) | null = null;
  #queued: (() => void)[] = [];

  constructor(text: string) {
    this.text = text;
  }

  submit(connection: Connection): null {
    this.#connection = connection;
    connection.parse({ text: this.text, name: '' });
    connection.bind({ portal: 'one_row', statement: '', values: [] });
    connection.flush();
    for (const action of this.#queued) action();
    return null;
  }

  read(): Promise<string[]> {
    return new Promise((resolve, reject) => {
      this.#answer = { resolve, reject };
      this.#do(() => {
        this.#row = [];
        this.#connection?.execute({ portal: 'one_row', rows: 1 });
        this.#connection?.flush();
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closed = resolve;
      this.#do(() => {
        this.#isClosed = true;
        this.#connection?.close({ type: 'P', name: 'one_row' });
        this.#connection?.sync();
      });
    });
  }

  #do(action: () => void): void {
    if (this.#connection) action();
    else this.#queued.push(action);
  }

  #tell(): void {
    this.#answer?.resolve(this.#row);
    this.#answer = null;
  }

  handleRowDescription(): void {}
  handleDataRow({ fields }: { fields: string[] }): void {
    this.#row = fields;
  }
  handlePortalSuspended(): void {
    this.#tell();
  }
  handleCommandComplete(): void {
    this.#tell();
  }
  handleReadyForQuery(): void {
    this.#closed?.();
  }
  handleError(error: Error): void {
    this.#answer?.reject(error);
    if (this.#connection && !this.#isClosed) this.#connection.sync();
  }
}
