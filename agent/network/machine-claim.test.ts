import { createServer } from "node:net";
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

  it("AGENT-STANDS: may be taken by any process, which is not listened to for long", async () => {
    const name = `\0sailplane-test-other-${process.pid}`;
    const other = createServer((socket) => {
      socket.on("error", () => {});
      const talk = () => void (socket.writable && socket.write("x".repeat(1000), talk));
      talk();
    });
    await new Promise<void>((resolve) => other.listen(name, resolve));
    const refused = await claimMachineNetwork("node", name).catch((error: Error) => error.message);
    expect(String(refused).length).toBeLessThan(1000);
    other.close();
  });
});
