/** Header blocks in SPDY/3.1: compressed with a dictionary, with one state per direction. */
import { constants, createDeflate, createInflate } from "node:zlib";
import { SPDY_DICTIONARY } from "./spdy-dictionary.ts";

type Zlib = ReturnType<typeof createDeflate> | ReturnType<typeof createInflate>;

export interface SpdyCodec {
  deflate(block: Buffer): Promise<Buffer>;
  inflate(block: Buffer): Promise<Buffer>;
  close(): void;
}

export function spdyCodec(): SpdyCodec {
  const options = { dictionary: SPDY_DICTIONARY };
  const [deflate, inflate] = [createDeflate(options), createInflate(options)];
  return {
    deflate: blocksThrough(deflate),
    inflate: blocksThrough(inflate),
    close: () => {
      deflate.close();
      inflate.close();
    },
  };
}

/** Far more than headers need. Decompression may expand data a thousandfold. */
const MAX_BLOCK_BYTES = 1024 * 1024;

/** Compresses or decompresses blocks that share one state, flushing after each. */
function blocksThrough(stream: Zlib): (block: Buffer) => Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  stream.on("data", (piece: Buffer) => {
    length += piece.length;
    if (length > MAX_BLOCK_BYTES) stream.destroy(new Error("too many headers"));
    else pieces.push(piece);
  });
  // Errors may occur even after it was closed.
  stream.on("error", () => {});
  return (block) =>
    new Promise((resolve, reject) => {
      stream.once("error", reject);
      stream.write(block);
      stream.flush(constants.Z_SYNC_FLUSH, () => {
        stream.off("error", reject);
        length = 0;
        resolve(Buffer.concat(pieces.splice(0)));
      });
    });
}

export function parseHeaders(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const text = () => {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.toString("utf8", at - length, at);
  };
  for (let count = block.readUInt32BE(0); count > 0; count--) headers.set(text().toLowerCase(), text());
  return headers;
}

export function renderHeaders(headers: Readonly<Record<string, string>>): Buffer {
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const words = Object.entries(headers)
    .flatMap(([name, value]) => [name.toLowerCase(), value])
    .map((word) => Buffer.from(word));
  return Buffer.concat([number(words.length / 2), ...words.flatMap((word) => [number(word.length), word])]);
}
