import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startFakeCri } from "../../../test/fakes/node/fake-cri.ts";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { CriRuntime } from "./cri-runtime.ts";

test.each([
  [1, 121],
  [30, 150],
  [0, 3600],
  // More milliseconds than gRPC has digits for.
  [172_800, 172_920],
])(
  "AGENT-PROBE-SLOW: a command with timeout %i s has %i s until the runtime counts as hung",
  async (seconds, given) => {
    const directory = temporaryDirectory();
    const server = await startFakeCri(join(directory, "cri.sock"));
    const runtime = await CriRuntime.open(join(directory, "cri.sock"), "agent");
    const { output } = await runtime.execSync("c", ["true"], seconds);
    expect(Math.abs(Number(output.toString()) - given)).toBeLessThan(5);
    await runtime.close();
    server.forceShutdown();
    rmSync(directory, { recursive: true });
  },
);
