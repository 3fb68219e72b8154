import { close, openSync, write } from "node:fs";
import { Writable } from "node:stream";

/** A log that is added to. What the disk has no room for is lost, and ends neither who writes it nor what comes after. */
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
