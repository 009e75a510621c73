import { type Step, UnbatchedStep } from 'postgraphile/grafast';
import type { CursorDetails } from './page-order-step.ts';

/** The cursor of a row. */
export class CursorStep extends UnbatchedStep<string | null> {
  static override $$export = { moduleName: 'rowgate', exportName: 'CursorStep' };
  override isSyncAndSafe = true;

  constructor($row: Step, $details: Step) {
    super();
    this.addDependency($row);
    this.addDependency($details);
  }

  override deduplicate(peers: readonly CursorStep[]): readonly CursorStep[] {
    return peers;
  }

  /** @param row what was selected of it; null beyond the ends of a list */
  override unbatchedExecute(
    _extra: unknown,
    row: readonly (string | null)[] | null,
    details: CursorDetails | null,
  ): string | null {
    if (row == null || details == null) return null;
    const values = details.indexes.map((index) => row[index] ?? null);
    return details.cursors.write(details.isNumber ? [Number(values[0])] : values);
  }
}
