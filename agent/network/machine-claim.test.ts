import { describe, expect, it } from "vitest";
import { claimMachineNetwork } from "./machine-claim.ts";

describe.skipIf(process.platform !== "linux")("NET-ONE: the network of a machine", () => {
  it("belongs to one agent until released; a second one learns the owner", async () => {
    const name = `\0sailplane-test-${process.pid}`;
    const letGo = await claimMachineNetwork("node one (/data)", name);
    await expect(claimMachineNetwork("node two", name)).rejects.toThrow(
      "node one (/data) keeps this machine's network; a second node here needs a network namespace of its own",
    );
    letGo();
    (await claimMachineNetwork("node two", name))();
  });
});
