/**
 * Hands an answer in JSON to Node as text, which Node puts behind the headers and writes together with them; bytes would
 * be a second piece, and take longer to write. The files of GraphiQL stay bytes: some are compressed, some are fonts.
 */
export const OneWritePlugin: GraphileConfig.Plugin = {
  name: 'OneWritePlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      async processRequest(next) {
        const result = await next();
        if (result?.type !== 'buffer' || !isPlainJson(result.headers)) return result;
        // grafserv only passes it on to `res.end`, and has counted its bytes for `content-length`.
        return { ...result, buffer: result.buffer.toString() as unknown as Buffer };
      },
    },
  },
};

const isPlainJson = (headers: Record<string, string>) =>
  /json/.test(headers['content-type'] ?? '') && headers['content-encoding'] === undefined;
