import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { holdsText } from "./read-text.ts";

test("the agent does not read a hosts file that a container has made a gigabyte long", () => {
  const directory = temporaryDirectory();
  const file = join(directory, "etc-hosts");
  expect(holdsText(file, "")).toBe(false);
  writeFileSync(file, "127.0.0.1 ü\n");
  expect([holdsText(file, "127.0.0.1 ü\n"), holdsText(file, "127.0.0.1 uu\n")]).toEqual([true, false]);
  truncateSync(file, 1024 ** 3);
  const { arrayBuffers, external } = process.memoryUsage();
  expect(holdsText(file, "127.0.0.1 ü\n")).toBe(false);
  expect(process.memoryUsage().arrayBuffers + process.memoryUsage().external - arrayBuffers - external).toBeLessThan(
    2 ** 24,
  );
  rmSync(directory, { recursive: true });
});
