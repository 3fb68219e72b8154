import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../rig/cluster.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
});
afterAll(() => cluster.remove());

/** Logs its process id; Kubernetes replaces two dollars by one. */
const pod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: web
      image: busybox:1.36
      command: ["/bin/sh", "-c", "echo $$$$; exec sleep 3600"]
`;

const pidOf = async () => Number((await cluster.output("logs web")).trim());
const isRunning = (pid: number) => existsSync(`/proc/${pid}`);
const container = async () => {
  const { restartCount, containerID, state } = JSON.parse(
    await cluster.output("get pod web -o jsonpath={.status.containerStatuses[0]}"),
  );
  return { restartCount, containerID, running: state.running !== undefined };
};
const untilRestarts = (count: number) =>
  expect.poll(container, { timeout: 30_000 }).toMatchObject({ restartCount: count, running: true });

test("a killed container restarts, the second time only after a delay", async () => {
  await cluster.output("apply -f -", { input: pod });
  await cluster.output("wait --for=condition=Ready --timeout=20s pod/web");
  process.kill(await pidOf(), "SIGKILL");
  await untilRestarts(1);
  process.kill(await pidOf(), "SIGKILL");
  await expect.poll(() => cluster.output("get pods"), { timeout: 10_000 }).toMatch(/CrashLoopBackOff/);
  await untilRestarts(2);
});

test("AGENT-OFFLINE: a pod on a node that was taken for lost is ready again once its agent is back", async () => {
  await cluster.output("wait --for=condition=Ready --timeout=20s pod/web");
  const unready = '{"status":{"conditions":[{"type":"Ready","status":"False"}]}}';
  await cluster.output(["patch", "pod", "web", "--subresource=status", "-p", unready]);
  await cluster.output("wait --for=condition=Ready --timeout=20s pod/web");
});

test("LINK-LEFT: a node that is given up although it is here reports itself ready again", async () => {
  const unknown = '{"status":{"conditions":[{"type":"Ready","status":"Unknown"}]}}';
  const name = await cluster.output("get nodes -o name");
  await cluster.output(["patch", name.trim(), "--subresource=status", "-p", unknown]);
  await cluster.output("wait --for=condition=Ready --timeout=10s node --all");
});

test("AGENT-TRUTH: a killed agent adopts its containers when it restarts, and restarts none", async () => {
  const [before, pid] = [await container(), await pidOf()];
  await cluster.crash();
  expect(isRunning(pid)).toBe(true);
  await cluster.up();
  await sleep(1000);
  expect(await container()).toEqual(before);
  expect(await pidOf()).toBe(pid);
});

test("Ctrl-C ends pods that are plain processes, and the next start runs them again", async () => {
  const [before, pid] = [await container(), await pidOf()];
  expect(await cluster.down()).toBe(0);
  expect(isRunning(pid)).toBe(false);
  // Otherwise the directory could not be deleted.
  expect(readFileSync("/proc/mounts", "utf8")).not.toContain(cluster.directory);
  await cluster.up();
  await untilRestarts(before.restartCount + 1);
});
