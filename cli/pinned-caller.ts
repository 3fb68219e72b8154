/**
 * Makes pinned calls for a control plane without a Node.js process of its own: started on demand, and exits when there
 * have been none for a while, or when its parent is gone.
 */
import { rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { pinnedCalls } from "./control-plane/pinned-calls.ts";

const idleMs = 120_000;
const [, , socketPath = ""] = process.argv;

if (await somebodyListens()) process.exit(0);
rmSync(socketPath, { force: true });
pinnedCalls.listen(socketPath, () => {
  const starter = process.ppid;
  const own = statSync(socketPath).ino;
  let lastCall = performance.now();
  pinnedCalls.on("request", () => {
    lastCall = performance.now();
  });
  setInterval(() => {
    if (process.ppid !== starter) process.exit(0);
    if (performance.now() - lastCall < idleMs) return;
    // Nobody can connect here any more; existing connections are served for another second.
    if (statSync(socketPath, { throwIfNoEntry: false })?.ino === own) rmSync(socketPath);
    else pinnedCalls.getConnections((_, connections) => connections === 0 && process.exit(0));
  }, 1000);
});

function somebodyListens(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => resolve(true));
    socket.once("error", () => resolve(false));
  });
}
