/** What an attached connection carries: a container's output and input, framed. */

/** A frame on an attached connection: its stream (0 in, 1 out, 2 err), four bytes of length, and its bytes. */
export function frame(stream: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** Parses framed bytes. An empty frame of stream 0 closes the input. */
export function frameReader(onFrame: (stream: number, bytes: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 5) {
      const length = rest.readUInt32BE(1);
      if (rest.length < 5 + length) return;
      onFrame(rest.readUInt8(0), rest.subarray(5, 5 + length));
      rest = rest.subarray(5 + length);
    }
  };
}
