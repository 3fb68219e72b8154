import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const absent =
  spawnSync("unshare", ["-n", "nft", "list", "tables"]).status === 0 ? undefined : "needs root and nftables";

/** A session in a network namespace of its own: what it says of each transaction, and what the kernel has after them. */
function converse(transactions: readonly string[]): {
  readonly said: readonly string[];
  readonly rules: string;
  readonly children: string;
} {
  const script = `
    import { execFileSync } from "node:child_process";
    import { NftSession } from ${JSON.stringify(`${import.meta.dirname}/nft-session.ts`)};
    const session = new NftSession();
    const said = await Promise.all(${JSON.stringify(transactions)}.map((each) => session.apply(each).then(() => "done", (error) => error.message)));
    const rules = execFileSync("nft", ["-s", "list", "ruleset"], { encoding: "utf8" });
    const children = execFileSync("pgrep", ["-P", String(process.pid), "-x", "nft"], { encoding: "utf8" }).trim();
    console.log(JSON.stringify({ said, rules, children }));`;
  const words = ["--experimental-transform-types", "--disable-warning=ExperimentalWarning", "--input-type=module"];
  const { stdout, stderr } = spawnSync("unshare", ["-n", process.execPath, ...words, "-e", script], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as ReturnType<typeof converse>;
}

describe.skipIf(absent !== undefined)(`a session of nft${absent ? ` (${absent})` : ""}`, () => {
  const { said, rules, children } = absent
    ? { said: [], rules: "", children: "" }
    : converse([
        "add table ip a\nadd chain ip a first\nadd rule ip a first accept",
        "add chain ip a second\nadd rule ip a nowhere accept",
        "add chain ip a third { type filter hook input priority 0; }\nadd rule ip a third counter\nnonsense",
        `add chain ip a fourth\n${"add rule ip a fourth tcp dport 1 accept\n".repeat(3000)}`,
        "add chain ip a fifth",
      ]);

  it("says of each transaction whether the kernel took it, in the words of nft", () => {
    expect(said).toEqual([
      "done",
      expect.stringMatching(/^nft: Error: .*: add rule ip a nowhere accept$/),
      expect.stringMatching(/^nft: Error: syntax error.*: nonsense$/),
      "done",
      "done",
    ]);
  });

  it("takes a transaction as a whole, or nothing of it (PROXY-ATOMIC)", () => {
    expect([...rules.matchAll(/chain (\w+)/g)].map(([, name]) => name)).toEqual(["first", "fourth", "fifth"]);
  });

  it("is one process for all of them, and ends with who uses it, without being told", async () => {
    expect(children).toMatch(/^\d+$/);
    await expect.poll(() => spawnSync("kill", ["-0", children]).status, { timeout: 10_000 }).toBe(1);
  });
});
