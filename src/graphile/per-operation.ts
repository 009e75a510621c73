import type { DocumentNode } from 'graphql';

/**
 * Makes a function remember what it finds out about an operation, for as long as grafserv keeps the document: a request
 * whose document was seen before pays a look-up.
 */
export function perOperation<T>(
  inspect: (document: DocumentNode, operationName: string | null) => T,
): (document: DocumentNode, operationName: string | null | undefined) => T {
  const known = new WeakMap<DocumentNode, Map<string | null, { found: T }>>();
  return (document, operationName) => {
    const key = operationName ?? null;
    const ofDocument = known.get(document) ?? new Map<string | null, { found: T }>();
    known.set(document, ofDocument);
    const entry = ofDocument.get(key) ?? { found: inspect(document, key) };
    ofDocument.set(key, entry);
    return entry.found;
  };
}
