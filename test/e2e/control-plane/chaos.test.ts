import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster, launcher } from "../rig/cluster.ts";
import { Containerd, whyNoContainerd } from "../rig/containerd.ts";
import { connectMachines, JoinedNode } from "../rig/joined-node.ts";

const MEGABYTE = 1024 * 1024;

const pod = (name: string, command: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  nodeName: far
  terminationGracePeriodSeconds: 1
  containers:
    - name: c
      image: localhost/busybox:1
      imagePullPolicy: IfNotPresent
      command: ["/bin/sh", "-c", "${command}"]
`;

/** Prints a number every tenth of a second, so that anything lost or doubled shows. */
const counter = pod("counts", "i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done");

const isContiguous = (lines: readonly string[]): boolean => lines.every((line, i) => Number(line) === i + 1);
const linesOf = (text: string): string[] => text.split("\n").filter(Boolean);

/** The process that was started with this command, according to the machine. */
function processOf(command: string): number {
  const found = readdirSync("/proc").find((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim() === command;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error(`nothing runs ${command}`);
  return Number(found);
}

const reason = whyNoContainerd();

describe.skipIf(reason !== undefined)(`a node under failures${reason ? ` (${reason})` : ""}`, () => {
  let near: Containerd;
  let machine: Containerd;
  let cluster: Cluster;
  let node: JoinedNode;

  const stateOf = async (name: string) => {
    const status = "{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}";
    return cluster.output(["get", "pod", name, "-o", `jsonpath={.metadata.uid} ${status}`]);
  };
  /** The node answers again, and its pod is the same, with its whole log. */
  const expectUnharmed = async (before: string) => {
    const said = async () => (await cluster.kubectl("exec counts -- /bin/echo here")).stdout;
    await expect.poll(said, { timeout: 30_000 }).toBe("here\n");
    expect(await stateOf("counts")).toBe(before);
    const lines = linesOf(await cluster.output("logs counts"));
    expect([lines.length > 10, isContiguous(lines)]).toEqual([true, true]);
    expect(await cluster.output("get pods -o name")).toBe("pod/counts\n");
  };

  beforeAll(async () => {
    [near, machine] = await Promise.all([
      Containerd.start({ name: "near", network: false }),
      Containerd.start({ name: "far" }),
    ]);
    connectMachines(near, machine);
    cluster = await Cluster.start({ containerd: near, agent: false, bind: "0.0.0.0" });
    node = new JoinedNode(cluster, machine, {
      name: "far",
      server: "192.0.2.1",
      diskBytes: 16 * MEGABYTE,
    });
    await cluster.output("wait --for=create --timeout=20s node/far");
    await cluster.output("wait --for=condition=Ready --timeout=20s node/far");
    await cluster.output("apply -f -", { input: counter });
    await cluster.output("wait --for=condition=Ready --timeout=30s pod/counts");
  });
  afterAll(async () => {
    await cluster?.kubectl("delete pods --all --grace-period=1 --timeout=20s");
    await node?.remove();
    await cluster?.remove();
    near?.stop();
    machine?.stop();
  });

  test("kill -9 of the agent: its pods keep running, and are adopted", async () => {
    const before = await stateOf("counts");
    await node.crash();
    await sleep(500);
    node.start();
    await expectUnharmed(before);
  });

  test("containerd is killed and restarted: containers keep running", async () => {
    const before = await stateOf("counts");
    await machine.restart();
    await expectUnharmed(before);
  });

  test("the network is cut while a stream runs: the stream continues, and misses nothing", async () => {
    const before = await stateOf("counts");
    const log = cluster.follow("logs -f counts");
    await log.until(/\n20\n/);
    const wire = (state: "up" | "down") => execFileSync("ip", ["-n", machine.namespace, "link", "set", "wire0", state]);
    wire("down");
    await sleep(2000);
    const seen = linesOf(log.said).length;
    wire("up");
    await log.until(new RegExp(`\n${seen + 40}\n`));
    log.stop();
    expect(isContiguous(linesOf(log.said).slice(0, seen + 40))).toBe(true);
    await expectUnharmed(before);
  });

  test("the agent is killed while a stream runs: the stream ends with an error", async () => {
    const ended = cluster.kubectl("exec counts -- /bin/sleep 60");
    await expect.poll(() => processOf("/bin/sleep 60"), { timeout: 10_000 }).toBeGreaterThan(0);
    await node.crash();
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: /m)]);
    process.kill(processOf("/bin/sleep 60"), "SIGKILL");
    node.start();
    await expectUnharmed(await stateOf("counts"));
  });

  test("the control plane is down: a container that ends is restarted once, and reported afterwards", async () => {
    const before = await stateOf("counts");
    await cluster.output("apply -f -", { input: pod("ends", "exec sleep 31415") });
    await cluster.output("wait --for=condition=Ready --timeout=20s pod/ends");
    await cluster.crash();
    process.kill(processOf("sleep 31415"), "SIGKILL");
    const [program = "", ...inside] = machine.inside;
    const words = [...inside, process.execPath, launcher, "node", "pods", "--data-dir", node.directory];
    const pods = () => execFileSync(program, words, { encoding: "utf8" });
    await expect.poll(pods, { timeout: 10_000 }).toMatch(/ends +1\/1 +Running +1 /);
    // Also an agent that starts while the control plane is down.
    await node.crash();
    node.start();
    await sleep(1000);
    await cluster.up();
    const restarts = "get pod ends -o jsonpath={.status.containerStatuses[0].restartCount}";
    await expect.poll(() => cluster.output(restarts), { timeout: 30_000 }).toBe("1");
    await cluster.output("delete pod ends --timeout=20s");
    await expectUnharmed(before);
  });

  test("the disk is full: running pods continue, and new pods start when there is room", async () => {
    const before = await stateOf("counts");
    const filler = join(node.directory, "filler");
    expect(() => writeFileSync(filler, Buffer.alloc(32 * MEGABYTE))).toThrow(/ENOSPC/);
    await cluster.output("apply -f -", { input: pod("late", "exec sleep 3600") });
    await cluster.output("create configmap more --from-literal=a=b");
    await sleep(2000);
    expect([node.isRunning, await stateOf("counts")]).toEqual([true, before]);
    rmSync(filler);
    await cluster.output("wait --for=condition=Ready --timeout=40s pod/late");
    await cluster.output("delete pod late --timeout=20s");
    expect(await stateOf("counts")).toBe(before);
  });
});
