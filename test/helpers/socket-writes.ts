import { Socket } from 'node:net';

type Writer = { _write: Socket['_write']; _writev: NonNullable<Socket['_writev']> };

/**
 * Notes how the sockets of this process that go to a port cut their bytes into writes to the kernel. The other end
 * cannot see that: it may read several writes at once.
 */
export function recordSocketWrites(remotePort: number) {
  const prototype = Socket.prototype as unknown as Writer;
  const original = { _write: prototype._write, _writev: prototype._writev };
  /** By local port: where in the stream each write ends. */
  const ends = new Map<number, number[]>();

  function note(socket: Socket, size: number): void {
    if (socket.remotePort !== remotePort) return;
    const writes = ends.get(socket.localPort as number) ?? [];
    ends.set(socket.localPort as number, writes);
    writes.push((writes.at(-1) ?? 0) + size);
  }

  prototype._write = function (this: Socket, chunk, encoding, done) {
    note(this, Buffer.byteLength(chunk, encoding));
    return original._write.call(this, chunk, encoding, done);
  };
  prototype._writev = function (this: Socket, chunks, done) {
    const sizes = chunks.map(({ chunk, encoding }) => Buffer.byteLength(chunk, encoding));
    note(
      this,
      sizes.reduce((sum, size) => sum + size, 0),
    );
    return original._writev.call(this, chunks, done);
  };

  return {
    /** In which write, counted from 0, the byte at this offset left the socket with this local port. */
    writeAt: (localPort: number, offset: number): number =>
      (ends.get(localPort) ?? []).findIndex((end) => offset < end),
    stop: () => void Object.assign(prototype, original),
  };
}
