/** Logs failed requests. A client that can make requests fail must not be able to fill a disk with log lines. */

const MAX_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
/** Of a path, in characters. */
const MAX_PATH_LENGTH = 500;

let began = 0;
let count = 0;

export function logFailure({ path, method, error }: { path: string; method: string; error: Error }): void {
  const now = Date.now();
  if (now - began >= MINUTE_MS) [began, count] = [now, 0];
  if (++count > MAX_PER_MINUTE + 1) return;
  const line =
    count > MAX_PER_MINUTE
      ? { level: "error", error: "more requests fail than are logged within a minute" }
      : { level: "error", path: path.slice(0, MAX_PATH_LENGTH), method, error: String(error.stack) };
  console.error(JSON.stringify(line));
}
