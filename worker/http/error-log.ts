/** What the log says of failed requests: whoever can make them fail must not fill a disk with it. */

const MAX_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
/** Of a path, in characters. */
const SHOWN = 500;

let began = 0;
let count = 0;

export function logFailure({ path, method, error }: { path: string; method: string; error: Error }): void {
  const now = Date.now();
  if (now - began >= MINUTE_MS) [began, count] = [now, 0];
  if (++count > MAX_PER_MINUTE + 1) return;
  const line =
    count > MAX_PER_MINUTE
      ? { level: "error", error: "more requests fail than are told of within a minute" }
      : { level: "error", path: path.slice(0, SHOWN), method, error: String(error.stack) };
  console.error(JSON.stringify(line));
}
