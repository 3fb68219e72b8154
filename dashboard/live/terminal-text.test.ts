import { expect, it } from "vitest";
import { withoutControls } from "./terminal-text.ts";

it.each([
  ["\u001b[1;32mgreen\u001b[0m", "green"],
  ["\u001b]0;title\u0007$ ", "$ "],
  ["one\r\ntwo\r\n", "one\ntwo\n"],
  ["bell\u0007", "bell"],
  ["tabs\tstay", "tabs\tstay"],
  ["\u001b]8;;https://example.com\u001b\\link\u001b]8;;\u001b\\", "link"],
])("%j is shown as %j", (written, read) => expect(withoutControls(written)).toBe(read));

it("takes no longer for a line that begins many sequences and ends none", () => {
  const started = performance.now();
  withoutControls("\u001b]".repeat(50_000));
  expect(performance.now() - started).toBeLessThan(500);
});
