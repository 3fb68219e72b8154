/**
 * The behaviours of nodes that the conformance suite requires, by the suite's names: each creates, waits for and
 * compares what the suite's test does, on two nodes with containers.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test, vi } from "vitest";
import { Cluster } from "../rig/cluster.ts";
import { Containerd, whyNoContainerd } from "../rig/containerd.ts";
import { connectMachines, JoinedNode } from "../rig/joined-node.ts";
import type { Behaviour, TestNodes } from "./conformance/behaviour.ts";
import { ClusterClient } from "./conformance/cluster-client.ts";
import { downwardApiVolumes } from "./conformance/downward-api.ts";
import { emptyDirVolumes } from "./conformance/empty-dirs.ts";
import { environment } from "./conformance/environment.ts";
import { lifecycle } from "./conformance/lifecycle.ts";
import { networking } from "./conformance/networking.ts";
import { probes } from "./conformance/probes.ts";
import { resize } from "./conformance/resize.ts";
import { security } from "./conformance/security.ts";
import { TestNamespace } from "./conformance/test-namespace.ts";
import { volumes } from "./conformance/volumes.ts";
import { workloads } from "./conformance/workloads.ts";

const reason = whyNoContainerd();
const all: readonly Behaviour[] = [
  ...workloads,
  ...networking,
  ...probes,
  ...lifecycle,
  ...resize,
  ...volumes,
  ...emptyDirVolumes,
  ...downwardApiVolumes,
  ...environment,
  ...security,
];
const GRPC_PORT = 5000;

// Most of the time is spent waiting for back-offs and probes.
vi.setConfig({ maxConcurrency: 10 });

/** Logs each call that it serves. */
const grpcServer = `require("node:http2").createServer().on("stream", (stream) => {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.on("end", () => stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]))).resume();
}).listen(${GRPC_PORT});`;

describe.skipIf(reason !== undefined)(`nodes, to the conformance suite${reason ? ` (${reason})` : ""}`, () => {
  let machines: Containerd[] = [];
  let cluster: Cluster;
  let far: JoinedNode;
  let client: ClusterClient;
  let grpc: ChildProcess;
  let nodes: TestNodes;

  beforeAll(async () => {
    machines = await Promise.all(["one", "two"].map((name) => Containerd.start({ name, network: false })));
    const [one, other] = machines;
    if (one === undefined || other === undefined) throw new Error("two machines were to start");
    connectMachines(one, other);
    cluster = await Cluster.start({ containerd: one, bind: "0.0.0.0" });
    far = new JoinedNode(cluster, other, { name: "far", server: "192.0.2.1" });
    const [program = "", ...words] = [...cluster.inside, process.execPath, "-e", grpcServer];
    grpc = spawn(program, words, { stdio: "ignore" });
    client = await ClusterClient.open(cluster);
    await cluster.output("wait --for=create --timeout=20s node/far");
    await cluster.output("wait --for=condition=Ready --timeout=20s node --all");
    nodes = {
      first: cluster.nodeName,
      directory: join(cluster.directory, "left"),
      kubectl: (words) => cluster.output(words),
      grpcPort: GRPC_PORT,
    };
  });
  afterAll(async () => {
    client?.close();
    grpc?.kill("SIGKILL");
    await cluster?.remove();
    await far?.remove();
    for (const machine of machines) machine.stop();
  });

  describe.concurrent("each in a namespace of its own", () => {
    for (const [i, { names, check }] of all.entries()) {
      test(names.join(" | "), async () => {
        const name = `behaviour-${i}`;
        await client.call("POST", "/api/v1/namespaces", { body: { metadata: { name } } });
        const namespace = new TestNamespace(client, name);
        await namespace.until("serviceaccounts", "default", () => true);
        await check(namespace, nodes);
        await client.call("DELETE", `/api/v1/namespaces/${name}`);
      });
    }
  });
});
