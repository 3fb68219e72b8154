import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const absent =
  spawnSync("unshare", ["-n", "nft", "list", "tables"]).status === 0 ? undefined : "needs root and nftables";

/** The output of a script that has a session in a network namespace of its own. */
function inNamespace(script: string): unknown {
  const whole = `
    import { execFileSync } from "node:child_process";
    import { setTimeout as sleep } from "node:timers/promises";
    import { NftSession } from ${JSON.stringify(`${import.meta.dirname}/nft-session.ts`)};
    const session = new NftSession();
    const apply = (transaction) => session.apply(transaction).then(() => "done", (error) => error.message);
    const children = () => execFileSync("sh", ["-c", \`pgrep -P ${"$"}{process.pid} -x nft || true\`], { encoding: "utf8" }).trim();
    ${script}`;
  const words = ["--experimental-transform-types", "--disable-warning=ExperimentalWarning", "--input-type=module"];
  const { stdout, stderr } = spawnSync("unshare", ["-n", process.execPath, ...words, "-e", whole], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

/** The session's response to each transaction, and what the kernel has after them. */
const converse = (transactions: readonly string[]) =>
  inNamespace(`
    const said = await Promise.all(${JSON.stringify(transactions)}.map(apply));
    const rules = execFileSync("nft", ["-s", "list", "ruleset"], { encoding: "utf8" });
    console.log(JSON.stringify({ said, rules, children: children() }));`) as {
    readonly said: readonly string[];
    readonly rules: string;
    readonly children: string;
  };

describe.skipIf(absent !== undefined)(`an nft session${absent ? ` (${absent})` : ""}`, () => {
  const { said, rules, children } = absent
    ? { said: [], rules: "", children: "" }
    : converse([
        "add table ip a\nadd chain ip a first\nadd rule ip a first accept",
        "add chain ip a second\nadd rule ip a nowhere accept",
        "add chain ip a third { type filter hook input priority 0; }\nadd rule ip a third counter\nnonsense",
        `add chain ip a fourth\n${"add rule ip a fourth tcp dport 1 accept\n".repeat(3000)}`,
        "add chain ip a fifth",
      ]);

  it("reports nft's own error for each failed transaction", () => {
    expect(said).toEqual([
      "done",
      expect.stringMatching(/^nft: Error: .*: add rule ip a nowhere accept$/),
      expect.stringMatching(/^nft: Error: syntax error.*: nonsense$/),
      "done",
      "done",
    ]);
  });

  it("applies a transaction completely or not at all (PROXY-ATOMIC)", () => {
    expect([...rules.matchAll(/chain (\w+)/g)].map(([, name]) => name)).toEqual(["first", "fourth", "fifth"]);
  });

  it("uses one process for all transactions, which ends with its parent", async () => {
    expect(children).toMatch(/^\d+$/);
    await expect.poll(() => spawnSync("kill", ["-0", children]).status, { timeout: 10_000 }).toBe(1);
  });

  it("starts another process if one is killed while idle", () => {
    const said = inNamespace(`
      const said = [await apply("add table ip a")];
      process.kill(Number(children()), "SIGKILL");
      while (children() !== "") await sleep(5);
      await sleep(50);
      said.push(await apply("add chain ip a first"), execFileSync("nft", ["list", "ruleset"], { encoding: "utf8" }));
      console.log(JSON.stringify(said));`);
    expect(said).toEqual(["done", "done", expect.stringContaining("chain first")]);
  });

  it("fails a transaction whose process is killed, and continues with another", () => {
    const said = inNamespace(`
      const said = [await apply("add table ip a")];
      process.kill(Number(children()), "SIGSTOP");
      const cut = apply("add chain ip a first");
      setTimeout(() => process.kill(Number(children()), "SIGKILL"), 50);
      said.push(await cut, await apply("add chain ip a second"));
      console.log(JSON.stringify(said));`);
    expect(said).toEqual(["done", "nft: it has ended", "done"]);
  });
});
