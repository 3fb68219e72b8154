import { close, openSync, write } from "node:fs";
import { Writable } from "node:stream";

/** A log that is appended to. What does not fit on the disk is lost, without any error. */
export function openLog(path: string): Writable {
  const file = openSync(path, "a", 0o600);
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(file, chunk, () => done());
    },
    final(done) {
      close(file, () => done());
    },
  });
}
