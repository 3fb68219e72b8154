/** Splits a watch in protobuf, which arrives in pieces, into its frames: four bytes have the length of each. */
export class FrameSplitter {
  #rest: Uint8Array = new Uint8Array();

  /** The frames that this piece completes, without their lengths. */
  push(bytes: Uint8Array): Uint8Array[] {
    let rest = bytes;
    if (this.#rest.length > 0) {
      rest = new Uint8Array(this.#rest.length + bytes.length);
      rest.set(this.#rest);
      rest.set(bytes, this.#rest.length);
    }
    const frames: Uint8Array[] = [];
    for (;;) {
      const end = rest.length < 4 ? Number.POSITIVE_INFINITY : 4 + lengthAt(rest);
      if (end > rest.length) break;
      frames.push(rest.slice(4, end));
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    return frames;
  }
}

const lengthAt = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
