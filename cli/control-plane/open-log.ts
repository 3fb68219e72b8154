import { close, existsSync, fstatSync, openSync, renameSync, write } from "node:fs";
import { Writable } from "node:stream";

/** As in keeper.sh, which writes the same log. */
const MAX_BYTES = 10_000_000;

/**
 * A log that is appended to. Once it has 10 MB it becomes `PATH.1`, in place of the one before. What does not fit on the
 * disk is lost, without any error.
 */
export function openLog(path: string): Writable {
  const open = () => openSync(path, "a", 0o600);
  let file = open();
  let { size } = fstatSync(file);
  const rotate = () => {
    size = 0;
    const full = file;
    try {
      if (existsSync(path)) renameSync(path, `${path}.1`);
      file = open();
      close(full);
    } catch {
      // The directory is gone, or no file can be made in it: the log goes on in the one that is open.
    }
  };
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (size > MAX_BYTES) rotate();
      size += chunk.length;
      write(file, chunk, () => done());
    },
    final(done) {
      close(file, () => done());
    },
  });
}
