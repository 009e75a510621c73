/** One row of every query in this folder: a statement, and where in the dump it stands. */
export interface Statement {
  section: string;
  /** The object that the statement is printed with, as it is written in SQL. */
  home: string;
  part: string;
  /** Orders the statements of one part. */
  name: string;
  sql: string;
}
