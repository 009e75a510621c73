import { ApplyInputStep, type ExecutionDetails, type Step } from 'postgraphile/grafast';
import { keyOf } from './key-of.ts';
import { isKnown } from './known-functions.ts';
import type { SelectArguments, Values } from './select-step.ts';

/** What a function that adds to a query was made of. A property, as a WeakMap would cost more than it saves. */
const KEY = Symbol('key');
type Apply = ((builder: unknown) => void) & { [KEY]?: string };

/** Longer ones hardly come twice. */
const LONGEST_KEY = 1_000;

/**
 * A text that two executions of a step share only if its arguments are alike, and so the SQL that they make; null when
 * nothing is known of one of them, or when there are cursors, which hardly come twice.
 */
export function argumentsKey(step: SelectArguments, values: Values): string | null {
  const valueAt = (index: number | null) => (index === null ? null : values[index]?.unaryValue());
  if (valueAt(step.lastStepId) != null) return null;
  if (valueAt(step.afterStepId) != null || valueAt(step.beforeStepId) != null) return null;
  let key = keyOf([valueAt(step.firstStepId), valueAt(step.offsetStepId)]);
  for (const index of step.applyDepIds) {
    const part = keyOfFunctions(valueAt(index));
    if (key === null || part === null) return null;
    // With a sign between them, or 1 and 23 would be 12 and 3.
    key += `;${part}`;
  }
  return key === null || key.length > LONGEST_KEY ? null : key;
}

function keyOfFunctions(value: unknown): string | null {
  if (value == null) return '-';
  if (typeof value === 'function') return (value as Apply)[KEY] ?? null;
  if (!Array.isArray(value)) return null;
  let all = '[';
  for (const each of value) {
    const key = keyOfFunctions(each);
    if (key === null) return null;
    all += `${key},`;
  }
  return `${all}]`;
}

let lastMaker = 0;

/**
 * Makes the steps whose functions add to a step's query say what those were made of: by which step, and of which value.
 * Functions of other steps have no key, and neither has the query then.
 */
export function askForKeys(step: SelectArguments & { dependencies: readonly Step[] }): void {
  for (const index of step.applyDepIds) {
    const $apply = step.dependencies[index] as Step;
    if ($apply.constructor === ApplyInputStep) askInput($apply as ApplyInputStep);
    else if (isInlinedSelect($apply)) askInlinedSelect($apply);
  }
}

type Input = ApplyInputStep & {
  scopeDepId: number | null;
  getTargetFromParent: ((...args: unknown[]) => unknown) | undefined;
};

let lastConstant = 0;

/** Says of a function that adds to a query that it always adds the same, whichever step it comes from. */
export function alwaysTheSame<F extends (builder: never) => void>(apply: F): F {
  (apply as unknown as Apply)[KEY] ??= `constant ${++lastConstant}`;
  return apply;
}

/** An argument whose fields add to the query, such as a filter: what it adds depends on its value. */
function askInput($input: ApplyInputStep): void {
  const { scopeDepId, getTargetFromParent } = $input as Input;
  // Only the plugin that made it knows what a scope means, and what its target depends on.
  if (scopeDepId !== null || (getTargetFromParent && !isKnown(getTargetFromParent))) return;
  if (Object.hasOwn($input, 'unbatchedExecute')) return;
  const make = $input.unbatchedExecute;
  const maker = ++lastMaker;
  $input.unbatchedExecute = function (this: ApplyInputStep, extra, value, scope) {
    const apply: Apply = make.call(this, extra, value, scope);
    const key = keyOf(value);
    if (key !== null) apply[KEY] = `${maker} ${key}`;
    return apply;
  };
}

type InlinedSelect = Step & SelectArguments & { dependencies: readonly Step[] };
/** A relation that becomes part of its parent's query; @dataplan/pg does not export the class. */
function isInlinedSelect(step: Step): step is InlinedSelect {
  const type = step.constructor as { $$export?: { moduleName: string; exportName: string } };
  // Its own: a class that is derived from it inherits it.
  const { moduleName, exportName } = (Object.hasOwn(type, '$$export') && type.$$export) || {};
  return moduleName === '@dataplan/pg' && exportName === 'PgSelectInlineApplyStep';
}

function askInlinedSelect($select: InlinedSelect): void {
  if (Object.hasOwn($select, 'execute')) return;
  askForKeys($select);
  const { execute } = $select;
  const maker = ++lastMaker;
  $select.execute = function (this: Step, details: ExecutionDetails) {
    const results = execute.call(this, details) as readonly Apply[];
    const key = argumentsKey($select, details.values);
    if (key !== null) for (const apply of results) apply[KEY] = `${maker} ${key}`;
    return results;
  };
}
