import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { controlPlaneFiles, excessOfPath } from "./control-plane-files.ts";

const root = temporaryDirectory();

/** Whether a socket created there can be found there: a path that is too long is refused, or truncated. */
function takesSockets(directory: string): Promise<boolean> {
  mkdirSync(directory);
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(controlPlaneFiles(directory).pinnedCallsSocket, () => {
      const path = server.address();
      server.close(() => resolve(path === controlPlaneFiles(directory).pinnedCallsSocket));
    });
  });
}

it("data directories whose paths are too long for sockets are detected", async () => {
  const short = join(root, "x");
  const longest = short.padEnd(200, "x").slice(0, 200 - excessOfPath(short.padEnd(200, "x")));
  expect([excessOfPath(short), excessOfPath(longest), excessOfPath(`${longest}xx`)]).toEqual([0, 0, 2]);
  expect(await Promise.all([longest, `${longest}xx`].map(takesSockets))).toEqual([true, false]);
});
