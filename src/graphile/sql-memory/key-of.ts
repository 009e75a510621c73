/**
 * A text that two values share only if they are alike, or null when there is none: of what is not plain data (a Date, an
 * upload, an instance of some class) nobody knows what matters.
 */
export function keyOf(value: unknown): string | null {
  switch (typeof value) {
    case 'undefined':
      return 'u';
    case 'string':
      return JSON.stringify(value);
    case 'number':
    case 'boolean':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'object':
      return value === null ? 'null' : keyOfObject(value);
    default:
      return null;
  }
}

function keyOfObject(value: object): string | null {
  const prototype = Object.getPrototypeOf(value);
  if (Array.isArray(value)) return joined('[', value, ']');
  if (prototype !== Object.prototype && prototype !== null) return null;
  // In the order that it has, which may be the order of what is made of it.
  return joined('{', Object.entries(value).flat(), '}');
}

function joined(open: string, values: readonly unknown[], close: string): string | null {
  let key = open;
  for (const value of values) {
    const part = keyOf(value);
    if (part === null) return null;
    key += `${part},`;
  }
  return key + close;
}
