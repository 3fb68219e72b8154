/**
 * How fast pods' traffic goes through the control plane if two nodes cannot reach each other: two nodes with containers
 * and the control plane, all on this machine. Needs root and containerd.
 *
 *     npm run bench -- relay
 */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Cluster } from "../test/e2e/rig/cluster.ts";
import { Containerd, whyNoContainerd } from "../test/e2e/rig/containerd.ts";
import { connectMachines, JoinedNode } from "../test/e2e/rig/joined-node.ts";
import { median } from "./rig/load.ts";
import { report } from "./rig/report.ts";

const ROUNDS = 5;
const MEGABYTES = 128;
const PORT = 5001;
/** A node's end of the pod network; the other node reaches it like its pods. */
const NEAR = "10.244.0.1";

const swallow = `require("net").createServer((socket) => socket.resume().on("end", () => socket.end()))
  .listen(${PORT}, () => console.log("ready"))`;
const pour = `const chunk = Buffer.alloc(65536); let left = ${MEGABYTES * 1e6}; const began = performance.now();
  const socket = require("net").connect(${PORT}, "${NEAR}");
  const more = () => { while (left > 0) { left -= chunk.length; if (!socket.write(chunk)) return socket.once("drain", more); } socket.end(); };
  socket.on("connect", more).on("close", () => console.log(${MEGABYTES} / ((performance.now() - began) / 1000))).resume();`;

const reason = whyNoContainerd();
if (reason !== undefined) throw new Error(reason);
const [near, far] = await Promise.all(["near", "far"].map((name) => Containerd.start({ name, network: false })));
if (near === undefined || far === undefined) throw new Error("two machines were to start");
connectMachines(near, far);
const cluster = await Cluster.start({ containerd: near, bind: "0.0.0.0" });
const node = new JoinedNode(cluster, far, { name: "far", server: "192.0.2.1" });
const on = (machine: Containerd, ...words: string[]) => {
  const [program = "", ...inside] = [...machine.inside, ...words];
  return execFileSync(program, inside, { encoding: "utf8" });
};
try {
  await cluster.output("wait --for=create --timeout=20s node/far");
  await cluster.output("wait --for=condition=Ready --timeout=20s node --all");
  const kubeconfig = readFileSync(`${cluster.directory}/kubeconfig`, "utf8");
  const port = /server: https:\/\/[^:]+:(\d+)/.exec(kubeconfig)?.[1] ?? "";
  const rule = ["nft", "add", "rule", "ip", "cut", "in", "iifname", "wire0"];
  on(near, "nft", "add", "table", "ip", "cut");
  on(near, "nft", "add", "chain", "ip", "cut", "in", "{ type filter hook prerouting priority -300; }");
  on(near, ...rule, "tcp", "dport", port, "accept");
  on(near, ...rule, "drop");
  const ways = "get nodes -o jsonpath={.items[*].metadata.annotations.sailplane\\.dev/network-ways}";
  while ((await cluster.output(ways)).split("relay:").length < 3) await sleep(200);
  const [program = "", ...words] = [...near.inside, process.execPath, "-e", swallow];
  const server = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => server.stdout.once("data", resolve));
  const rates = Array.from({ length: ROUNDS }, () => Number(on(far, process.execPath, "-e", pour)));
  server.kill();
  report("relay", [{ name: "megabytes through the relay", value: median(rates), unit: "/s", limit: 20 }]);
} finally {
  await node.remove();
  await cluster.remove();
  for (const machine of [near, far]) machine.stop();
}
