import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const absent =
  spawnSync("unshare", ["-n", "nft", "list", "tables"]).status === 0 ? undefined : "needs root and nftables";

const script = `
  import { execFileSync } from "node:child_process";
  import { HostApiProxy } from ${JSON.stringify(`${import.meta.dirname}/host-api-proxy.ts`)};
  import { NftSession } from ${JSON.stringify(`${import.meta.dirname}/../proxy/nft-session.ts`)};
  for (const address of ["192.0.2.1/32", "192.0.2.2/32"]) execFileSync("ip", ["address", "add", address, "dev", "lo"]);
  execFileSync("ip", ["link", "set", "lo", "up"]);
  const log = { info() {}, warn() {} };
  const nft = new NftSession();
  const proxy = new HostApiProxy({ apiServer: { host: "127.0.0.1", port: 1 }, nodeName: "n", log, nft });
  const at = (address) => ({ status: { addresses: [{ type: "InternalIP", address }] } });
  const seen = [];
  const look = () => seen.push({
    at: proxy.backend?.address,
    guarded: execFileSync("nft", ["list", "ruleset"], { encoding: "utf8" }).includes(\`daddr \${proxy.backend?.address} tcp dport \${proxy.backend?.port} ct status\`),
    tables: execFileSync("nft", ["list", "tables"], { encoding: "utf8" }).trim(),
  });
  await proxy.open(at("192.0.2.1")); look();
  await proxy.open(at("192.0.2.2")); look();
  await proxy.open(at("192.0.2.3")).catch(() => {}); look();
  await proxy.close(); look();
  nft.close();
  console.log(JSON.stringify(seen));`;

describe.skipIf(absent !== undefined)(`the API address on the machine${absent ? ` (${absent})` : ""}`, () => {
  it("is guarded at each new address, keeps the old one if the next is not local, and leaves no rule behind", () => {
    const words = ["--experimental-transform-types", "--disable-warning=ExperimentalWarning", "--input-type=module"];
    const { stdout, stderr } = spawnSync("unshare", ["-n", process.execPath, ...words, "-e", script], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    const tables = "table ip sailplane-door";
    expect(JSON.parse(stdout)).toEqual([
      { at: "192.0.2.1", guarded: true, tables },
      { at: "192.0.2.2", guarded: true, tables },
      { at: "192.0.2.2", guarded: true, tables },
      { guarded: false, tables: "" },
    ]);
  });
});
