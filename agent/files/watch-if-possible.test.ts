import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { watchIfPossible } from "./watch-if-possible.ts";

it("a directory is watched; what does not exist is not, and does no harm", async () => {
  const directory = temporaryDirectory();
  const onChange = vi.fn();
  const watcher = watchIfPossible(directory, onChange);
  writeFileSync(join(directory, "file"), "");
  await expect.poll(() => onChange.mock.calls.length).toBeGreaterThan(0);
  watcher?.close();
  rmSync(directory, { recursive: true });
  expect(watchIfPossible(directory, onChange)).toBeUndefined();
});
