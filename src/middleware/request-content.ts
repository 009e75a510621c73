import type { Express, Request } from 'express';
import { CodedError } from '../graphile/error-codes.ts';

/**
 * Refuses bodies that nothing here would decode: compressed ones, which could also be a thousand times as large as they look,
 * and text in another encoding than UTF-8. Whatever comes after finds no `Content-Encoding`, and a plain `Content-Type`.
 */
export function installRequestContent(app: Express): void {
  app.use((req, res, next) => {
    if (!isIdentity(req)) {
      // RFC 9110, 15.5.16: what would have been accepted.
      res.setHeader('accept-encoding', 'identity');
      return next(
        new CodedError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as it is, without Content-Encoding.'),
      );
    }
    delete req.headers['content-encoding'];
    const contentType = req.headers['content-type'];
    if (contentType === undefined) return next();
    if (!isUtf8(contentType))
      return next(
        new CodedError('UNSUPPORTED_MEDIA_TYPE', 'Send text as UTF-8: Content-Type names another charset.'),
      );
    // Media types have no case, but PostGraphile compares them with it.
    if (/^application\/json\s*(;|$)/i.test(contentType)) req.headers['content-type'] = 'application/json';
    return next();
  });
}

const isIdentity = (req: Request): boolean =>
  (req.headers['content-encoding'] ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .every((coding) => coding === '' || coding === 'identity');

const isUtf8 = (contentType: string): boolean =>
  [...contentType.matchAll(/;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))/gi)].every(([, quoted, plain]) =>
    /^utf-?8$/i.test(quoted ?? plain ?? ''),
  );
