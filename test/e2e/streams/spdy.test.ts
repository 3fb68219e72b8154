import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClientVersion, clientVersions, kubectlOf } from "../rig/clients.ts";
import { Cluster, Follower, freePort, launcher } from "../rig/cluster.ts";
import { Containerd } from "../rig/containerd.ts";
import { whyNoThreeNodes } from "../rig/three-nodes.ts";

const podOf = (port: number) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web" },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: "web",
        image: "any",
        command: [
          process.execPath,
          "-e",
          `require("http").createServer((asked, answer) => answer.end("web")).listen(${port})`,
        ],
      },
    ],
  },
});

/** Both kinds of streams without WebSockets. */
const OLD = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: "false", KUBECTL_PORT_FORWARD_WEBSOCKETS: "false" };

let cluster: Cluster;
let proxy: ChildProcess;
let environment: Record<string, string>;
let port: number;

beforeAll(async () => {
  cluster = await Cluster.start();
  proxy = spawn(process.execPath, [launcher, "proxy", "-d", cluster.directory, "--port", "0"]);
  await new Follower(proxy).until(/Ctrl-C ends it/);
  environment = { ...OLD, KUBECONFIG: `${cluster.directory}/kubeconfig.proxy` };
  port = await freePort();
  await cluster.output("apply -f -", { input: JSON.stringify(podOf(port)) });
  await cluster.output("wait --for=condition=Ready --timeout=20s pod/web");
});
afterAll(async () => {
  proxy?.kill("SIGKILL");
  await cluster?.remove();
});

const run = (version: ClientVersion, command: string | readonly string[], input = "") =>
  cluster.kubectl(command, { version, environment, input });

describe.each(clientVersions)("SPDY-ASKED: through sailplane proxy, kubectl %s without WebSockets", (version) => {
  test("runs a command with its input, output, errors and exit code", async () => {
    const { code, stdout, stderr } = await run(
      version,
      ["exec", "-i", "web", "--", "/bin/sh", "-c", "cat; echo oops >&2; exit 3"],
      "input",
    );
    expect([code, stdout, stderr]).toEqual([3, "input", "oops\ncommand terminated with exit code 3\n"]);
  });

  test("uses SPDY", async () => {
    const { stderr } = await run(version, "exec web --v=8 -- /bin/true");
    expect(stderr).toMatch(/Upgrade.*SPDY\/3\.1|101 Switching Protocols/i);
    expect(stderr).not.toMatch(/websocket/i);
  });

  test("copies a file there and back", async () => {
    const [there, back] = [`${cluster.directory}/there`, `${cluster.directory}/back`];
    const bytes = Buffer.alloc(3_000_000, "some bytes ");
    writeFileSync(there, bytes);
    expect((await run(version, `cp ${there} web:copied`)).code).toBe(0);
    expect((await run(version, `cp web:copied ${back}`)).code).toBe(0);
    expect(readFileSync(back).equals(bytes)).toBe(true);
  });

  test("forwards a port", async () => {
    const forwarding = cluster.follow(`port-forward web :${port}`, { version, environment });
    const [, local] = /127.0.0.1:(\d+) ->/.exec(await forwarding.until(/127.0.0.1:\d+ ->/)) ?? [];
    expect(await (await fetch(`http://127.0.0.1:${local}`)).text()).toBe("web");
    forwarding.stop();
  });

  test("reports what the API server refuses", async () => {
    expect((await run(version, "exec none -- /bin/true")).stderr).toContain('pods "none" not found');
  });
});

describe.skipIf(whyNoThreeNodes !== undefined)(`in a pod${whyNoThreeNodes ? ` (${whyNoThreeNodes})` : ""}`, () => {
  const image = "image: localhost/busybox:1, imagePullPolicy: IfNotPresent";
  const pods = `apiVersion: v1
kind: Pod
metadata: {name: other}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: one, ${image}, command: ["/bin/sleep", "3600"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: old}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - {name: one, ${image}, command: ["/bin/sleep", "3600"], volumeMounts: [{name: program, mountPath: /kubectl}]}
  volumes: [{name: program, hostPath: {path: "${kubectlOf("v32")}"}}]
`;
  let containerd: Containerd;
  let node: Cluster;
  beforeAll(async () => {
    containerd = await Containerd.start({ name: "spdy", network: false });
    node = await Cluster.start({ containerd });
    await node.output("create role runner --verb=create --resource=pods/exec");
    await node.output("create role reader --verb=get --resource=pods");
    for (const role of ["runner", "reader"])
      await node.output(`create rolebinding ${role} --role=${role} --serviceaccount=default:default`);
    await node.output("apply -f -", { input: pods });
    await node.output("wait --for=condition=Ready --timeout=30s pod --all");
  });
  afterAll(async () => {
    await node?.remove();
    containerd?.stop();
  });

  test("NET-ALPN, AUTHZ-CONNECT: a program that speaks only SPDY runs commands in others, with the right to that alone", async () => {
    const run = "/kubectl exec -i other -- /bin/sh -c 'cat; echo oops >&2; exit 7'";
    const script = `export KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false; echo input | ${run}`;
    const { code, stdout, stderr } = await node.kubectl(["exec", "old", "--", "/bin/sh", "-c", script]);
    expect([code, stdout, stderr.split("\n")[0]]).toEqual([7, "input\n", "oops"]);
  });
});

test("the API server's own refusal of SPDY names the proxy", async () => {
  const { code, stderr } = await cluster.kubectl("exec web -- /bin/true", { environment: OLD });
  expect([code, stderr]).toEqual([1, expect.stringContaining('"sailplane proxy"')]);
});

test("sailplane proxy ends at once on Ctrl-C, with streams open", async () => {
  const running = cluster.follow("exec web -- /usr/bin/yes begun", { environment });
  await running.until(/begun/);
  const ended = new Promise((resolve) => proxy.once("exit", resolve));
  proxy.kill("SIGINT");
  expect(await ended).toBe(0);
  running.stop();
});
