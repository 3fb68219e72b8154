/**
 * How long a user waits: `npm start` to a Ready node, and `kubectl apply` to three Running replicas, on plain processes
 * and on containerd with the image present. Medians; a table, and the same as JSON in .bench/startup.json.
 *
 *     npm run bench -- startup [ROUNDS]
 */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Cluster, freePort } from "../test/e2e/rig/cluster.ts";
import { Containerd, whyNoContainerd } from "../test/e2e/rig/containerd.ts";
import { median } from "./rig/load.ts";
import { residentMegabytesOfTree } from "./rig/process-tree.ts";
import { report } from "./rig/report.ts";

interface Sampled {
  readonly name: string;
  readonly unit: "s" | "MB";
  readonly limit: number;
  readonly samples: number[];
}

const rounds = Number(process.argv[2] ?? 5);
const root = `${import.meta.dirname}/..`;
const seconds = (since: number) => (performance.now() - since) / 1000;

/** A first start, including key generation, through npm. */
async function npmStart(): Promise<number> {
  const directory = mkdtempSync(`${tmpdir()}/sailplane-bench-`);
  const port = await freePort();
  const began = performance.now();
  const words = ["start", "--silent", "--", "--port", String(port), "--data-dir", directory, "--runtime", "process"];
  const child = spawn("npm", words, { cwd: root, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const took = await new Promise<number>((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
      if (/ is Ready/.test(said)) resolve(seconds(began));
    });
    child.once("close", () => reject(new Error(`npm start ended: ${said}`)));
  });
  if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
  await ended;
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  return took;
}

const deployment = (name: string, image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 3
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: web, image: "${image}", imagePullPolicy: IfNotPresent, command: [/bin/sleep, "3600"]}]
`;

/** From the start of kubectl to the moment when a watch has shown all three Running. */
async function applyToRunning(cluster: Cluster, name: string, image: string): Promise<number> {
  const watch = cluster.follow(`get pods -l app=${name} --watch --no-headers`);
  const running = Array.from({ length: 3 }, () => "(\\S+) +1/1 +Running[\\s\\S]*");
  const began = performance.now();
  const all = watch.until(new RegExp(`${running[0]}(?!\\1)${running[1]}(?!\\1|\\2)${running[2]}`), 60);
  await cluster.output("apply -f -", { input: deployment(name, image) });
  await all;
  const took = seconds(began);
  watch.stop();
  await cluster.output(`delete deployment ${name} --cascade=foreground --timeout=60s`);
  return took;
}

const start: Sampled = { name: "npm start to a Ready node", unit: "s", limit: 3, samples: [] };
const processes: Sampled = { name: "apply to 3 Running, plain processes", unit: "s", limit: 1.5, samples: [] };
const containers: Sampled = { name: "apply to 3 Running, containerd", unit: "s", limit: 2.5, samples: [] };
const memory: Sampled = { name: "control plane, all its processes", unit: "MB", limit: 120, samples: [] };

for (let round = 0; round < rounds; round++) start.samples.push(await npmStart());

const alone = await Cluster.start({ agent: false });
// What has said that it is ready ends.
await sleep(1000);
memory.samples.push(residentMegabytesOfTree(alone.supervisorPid));
await alone.remove();

const onProcesses = await Cluster.start();
for (let round = 0; round < rounds; round++) {
  processes.samples.push(await applyToRunning(onProcesses, `web-${round}`, "busybox:1.36"));
}
await onProcesses.remove();

const reason = whyNoContainerd();
if (reason === undefined) {
  const containerd = await Containerd.start();
  const cluster = await Cluster.start({ containerd });
  for (let round = 0; round < rounds; round++) {
    containers.samples.push(await applyToRunning(cluster, `web-${round}`, "localhost/busybox:1"));
  }
  await cluster.remove();
  containerd.stop();
} else console.log(`skipped: containerd: ${reason}`);

report(
  "startup",
  [start, processes, containers, memory]
    .filter(({ samples }) => samples.length > 0)
    .map((figure) => ({ ...figure, value: median(figure.samples) })),
);
