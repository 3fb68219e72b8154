import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "./cluster.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ agent: false });
});
afterAll(() => cluster.remove());

const configMap = (name: string) => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"}}\n`;
const names = async () => (await cluster.output("get configmaps -o name")).split("\n").filter(Boolean);

test("a restart keeps all state, the keys and the revision", async () => {
  await cluster.output("create configmap kept --from-literal=a=1");
  const before = await cluster.output("get configmap kept -o json");
  const kubeconfig = await cluster.output("config view --raw");
  expect(await cluster.down()).toBe(0);
  await cluster.up();
  expect(await cluster.output("get configmap kept -o json")).toBe(before);
  expect(await cluster.output("config view --raw")).toBe(kubeconfig);
});

test("kill -9 of the control plane loses no acknowledged write, and it comes back by itself", async () => {
  const acknowledged: string[] = [];
  let writing = true;
  const writer = async (id: number) => {
    for (let i = 0; writing; i++) {
      const name = `w${id}-${i}`;
      const { code } = await cluster.kubectl("create -f - --validate=false", { input: configMap(name), seconds: 10 });
      if (code === 0) acknowledged.push(`configmap/${name}`);
    }
  };
  const writers = [1, 2, 3].map(writer);
  for (let round = 0; round < 2; round++) {
    await sleep(1000);
    process.kill(cluster.workerdPid(), "SIGKILL");
  }
  await sleep(1500);
  writing = false;
  await Promise.all(writers);
  expect(acknowledged.length).toBeGreaterThan(5);
  expect(await names()).toEqual(expect.arrayContaining(acknowledged));
});

test("what waits for a change goes on waiting, and sees it, after the control plane is back", async () => {
  // Not `get -w`: kubectl itself ends that one when its connection does, whatever the server.
  const wait = cluster.kubectl("wait --for=jsonpath={.data.a}=2 --timeout=20s configmap/kept");
  await sleep(500);
  process.kill(cluster.workerdPid(), "SIGKILL");
  await sleep(500);
  await cluster.output(["patch", "configmap", "kept", "-p", '{"data":{"a":"2"}}']);
  expect((await wait).stdout).toBe("configmap/kept condition met\n");
});
