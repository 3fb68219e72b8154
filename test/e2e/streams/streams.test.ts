import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { kubectlOf } from "../rig/clients.ts";
import { Cluster } from "../rig/cluster.ts";
import { Containerd, whyNoContainerd } from "../rig/containerd.ts";
import { runCommand } from "../rig/run-command.ts";

const MEGABYTE = 1024 * 1024;

const pod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: web
      image: localhost/busybox:1
      imagePullPolicy: IfNotPresent
      command: ["/bin/sh", "-c", "echo up; exec sleep 3600"]
`;

async function startWeb(cluster: Cluster): Promise<void> {
  await cluster.output("apply -f -", { input: pod });
  await cluster.output("wait --for=condition=Ready --timeout=20s pod/web");
}

/** A line of shell with `kubectl` in it, run where the cluster is. */
const shell = (cluster: Cluster, script: string) =>
  runCommand([...cluster.inside, "sh", "-c", script], {
    env: { ...process.env, KUBECONFIG: `${cluster.directory}/kubeconfig`, kubectl: kubectlOf("v36") },
    seconds: 60,
  });

const residentBytes = (pid: number) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;

const reason = whyNoContainerd();

describe.skipIf(reason !== undefined)(`streams of containers${reason ? ` (${reason})` : ""}`, () => {
  let containerd: Containerd;
  let cluster: Cluster;
  let file: string;
  const bytes = Buffer.alloc(80 * MEGABYTE, "what goes in ");
  beforeAll(async () => {
    containerd = await Containerd.start({ name: "streams" });
    cluster = await Cluster.start({ containerd });
    file = join(cluster.directory, "bytes");
    writeFileSync(file, bytes);
    await startWeb(cluster);
  });
  afterAll(async () => {
    await cluster?.remove();
    containerd?.stop();
  });

  test("TUNNEL-WINDOW: input is returned unchanged, and neither the agent nor the control plane buffers it whole", async () => {
    const { pid, child } = JSON.parse(readFileSync(`${cluster.directory}/lock`, "utf8")) as Record<string, number>;
    const before = [pid ?? 0, child ?? 0].map(residentBytes);
    // For a while neither end reads.
    const script = `$kubectl exec -i web -- /bin/sh -c "sleep 1; cat" < ${file} | { sleep 2; sha256sum; }`;
    const { stdout } = await shell(cluster, script);
    expect(stdout.split(" ")[0]).toBe(createHash("sha256").update(bytes).digest("hex"));
    const after = [pid ?? 0, child ?? 0].map(residentBytes);
    for (const [i, held] of after.entries()) expect(held - (before[i] ?? 0)).toBeLessThan(64 * MEGABYTE);
  });

  test("input can be closed, and the exit code comes last", async () => {
    const command = ["exec", "-i", "web", "--", "/bin/sh", "-c", "cat; echo over >&2; exit 7"];
    const { code, stdout, stderr } = await cluster.kubectl(command, { input: "in\n" });
    expect([code, stdout, stderr.split("\n")[0]]).toEqual([7, "in\n", "over"]);
  });

  test("TUNNEL-EOF: input that is closed at once is closed for the command, too", async () => {
    for (let i = 0; i < 5; i++) {
      const { code, stdout } = await shell(
        cluster,
        "timeout 20 $kubectl exec -i web -- /bin/sh -c 'cat; echo over' </dev/null",
      );
      expect([code, stdout]).toEqual([0, "over\n"]);
    }
  });

  test("a command that does not read its input still reports its exit code", async () => {
    expect((await shell(cluster, `$kubectl exec -i web -- /bin/sh -c "exit 5" < ${file}`)).code).toBe(5);
  });

  test("TUNNEL-REFUSED: a command that cannot start is reported with the reason", async () => {
    const { code, stderr } = await cluster.kubectl("exec web -- nothing-of-that-name");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/executable file not found/)]);
  });

  test("a terminal is a TTY, and receives its input", async () => {
    const command = `script -qec '$kubectl exec -it web -- /bin/sh -c "read line; echo got \\$line; test -t 1 && echo on a terminal"' /dev/null`;
    const { stdout } = await shell(cluster, `(sleep 1; echo typed) | ${command}`);
    expect(stdout).toContain("on a terminal");
    expect(stdout).toContain("got typed");
  });
});

describe("streams of processes", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
    await startWeb(cluster);
  });
  afterAll(() => cluster?.remove());

  test("a hundred streams at once each have their own data", async () => {
    const kubeconfig = readFileSync(`${cluster.directory}/kubeconfig`, "utf8");
    const [, server = ""] = /server: https(\S+)/.exec(kubeconfig) ?? [];
    const [, token = ""] = /token: (\S+)/.exec(kubeconfig) ?? [];
    const query = "container=web&stdin=true&stdout=true&command=cat";
    const url = `wss${server}/api/v1/namespaces/default/pods/web/exec?${query}`;
    const echo = (said: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = new WebSocket(url, ["v5.channel.k8s.io"], {
          rejectUnauthorized: false,
          headers: { authorization: `Bearer ${token}` },
        });
        let received = "";
        socket.on("open", () => {
          socket.send(Buffer.from(`\0${said}`));
          socket.send(Buffer.of(255, 0));
        });
        socket.on("message", (data: Buffer) => {
          if (data[0] === 1) received += data.subarray(1);
        });
        socket.on("close", () => resolve(received));
        socket.on("error", reject);
      });
    const said = Array.from({ length: 100 }, (_, i) => `stream ${i}\n`);
    expect(await Promise.all(said.map(echo))).toEqual(said);
  });

  test("TUNNEL-REFUSED: a missing node is reported by name, without a retry over SPDY", async () => {
    const lost = pod.replace("name: web", "name: lost").replace("spec:", "spec:\n  nodeName: nowhere");
    await cluster.output("apply -f -", { input: lost });
    const running = JSON.stringify({ status: { phase: "Running" } });
    await cluster.output(["patch", "pod", "lost", "--subresource=status", "-p", running]);
    for (const command of ["exec lost -- true", "attach lost", "port-forward pod/lost 0:80", "logs lost"]) {
      const { code, stderr } = await cluster.kubectl(command);
      const said = expect.stringContaining('node "nowhere" is not connected to the control plane');
      expect([command, code, stderr]).toEqual([command, 1, said]);
    }
    const { stderr } = await cluster.kubectl("exec lost -- true");
    expect(stderr).toMatch(/^error: unable to upgrade connection: /);
    await cluster.output("delete pod lost --force --grace-period=0");
  });
});
