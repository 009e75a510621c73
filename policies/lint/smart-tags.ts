import type { Command } from '../catalogue/types.ts';

const everything = ['select', 'insert', 'update', 'delete', 'execute'] as const;
type Hidden = Command | 'execute';

/** What PostGraphile's smart tags call a command, in version 4's `@omit` and version 5's `@behavior`. */
const words: Record<string, Hidden[]> = {
  create: ['insert'],
  insert: ['insert'],
  read: ['select'],
  select: ['select'],
  update: ['update'],
  delete: ['delete'],
  execute: ['execute'],
  '*': [...everything],
};

/** Lines of a comment that are tags hiding something from the API, with what they hide. */
export function hidingTags(comment: string | null): { tag: string; hides: Hidden[] }[] {
  return (comment ?? '').split('\n').flatMap((line) => {
    const [, name, rest = ''] = /^\s*@(omit|behaviou?r)\b(.*)$/.exec(line) ?? [];
    if (!name) return [];
    const hides = name === 'omit' ? omitted(rest) : taken(rest);
    return hides.length > 0 ? [{ tag: line, hides }] : [];
  });
}

/** `@omit` is everything, `@omit create,update` a list. */
function omitted(rest: string): Hidden[] {
  const listed = rest
    .trim()
    .split(/[\s,]+/)
    .filter(Boolean);
  return listed.length === 0 ? [...everything] : listed.flatMap((word) => words[word] ?? []);
}

/** `@behavior -insert -resource:update`: a minus takes away, what stands before a colon narrows. */
function taken(rest: string): Hidden[] {
  return rest
    .trim()
    .split(/\s+/)
    .filter((behaviour) => behaviour.startsWith('-'))
    .flatMap((behaviour) => words[behaviour.slice(1).split(':').at(-1) ?? ''] ?? []);
}

/** The comment without the lines that are these tags; null if nothing else was said. */
export function withoutTags(comment: string, tags: { tag: string }[]): string | null {
  const left = comment.split('\n').filter((line) => !tags.some(({ tag }) => tag === line));
  return left.join('\n').trim() || null;
}
