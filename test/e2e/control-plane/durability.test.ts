import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crashRounds } from "../../../bench/rig/crash-rounds.ts";
import { readKubeconfig } from "../../../cli/kubeconfig.ts";
import { Cluster } from "../rig/cluster.ts";

let cluster: Cluster;
beforeAll(async () => {
  // Of a hundred watches the store carries these, and two relays the others.
  cluster = await Cluster.start({ agent: false, options: ["--watches-per-object", "40"] });
});
afterAll(() => cluster.remove());

const configMap = (name: string) => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"}}\n`;
const names = async () => (await cluster.output("get configmaps -o name")).split("\n").filter(Boolean);

test("a restart keeps all state, keys and the revision", async () => {
  await cluster.output("create configmap kept --from-literal=a=1");
  const before = await cluster.output("get configmap kept -o json");
  const kubeconfig = await cluster.output("config view --raw");
  expect(await cluster.down()).toBe(0);
  await cluster.up();
  expect(await cluster.output("get configmap kept -o json")).toBe(before);
  expect(await cluster.output("config view --raw")).toBe(kubeconfig);
});

test("kill -9 of the control plane loses no acknowledged write, and it restarts by itself", async () => {
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

test("CTL-CRASH: what was acknowledged just before a crash is acted upon as soon as the control plane is back", async () => {
  const { server, token } = readKubeconfig(cluster.directory);
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "late" },
    spec: {
      selector: { matchLabels: { app: "late" } },
      template: { metadata: { labels: { app: "late" } }, spec: { containers: [{ name: "c", image: "nginx" }] } },
    },
  };
  const code = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const options = { method: "POST", headers, ca: readFileSync(`${cluster.directory}/ca.crt`) };
    const call = request(`${server}/apis/apps/v1/namespaces/default/deployments`, options, ({ statusCode }) => {
      // Before anybody is notified.
      process.kill(cluster.workerdPid(), "SIGKILL");
      resolve(statusCode);
    });
    call.once("error", reject);
    call.end(JSON.stringify(deployment));
  });
  expect(code).toBe(201);
  const pods = async () => (await cluster.kubectl("get pods -l app=late -o name")).stdout;
  await expect.poll(pods, { timeout: 20_000 }).toContain("pod/late-");
});

test("a waiting command survives a control plane restart, and sees the change", async () => {
  // Not `get -w`: kubectl ends that one with its connection, whatever the server does.
  const wait = cluster.kubectl("wait --for=jsonpath={.data.a}=2 --timeout=20s configmap/kept");
  await sleep(500);
  process.kill(cluster.workerdPid(), "SIGKILL");
  const patch = () => cluster.kubectl(["patch", "configmap", "kept", "-p", '{"data":{"a":"2"}}']);
  await expect.poll(async () => (await patch()).code, { timeout: 10_000 }).toBe(0);
  expect((await wait).stdout).toBe("configmap/kept condition met\n");
});

test("STORE-DURABLE: repeated kills lose no acknowledged write, and watchers miss and repeat nothing", async () => {
  const { server, token } = readKubeconfig(cluster.directory);
  await cluster.down();
  const options = { directory: cluster.directory, target: { url: new URL(server), token } };
  let acknowledged = 0;
  for await (const round of crashRounds({ ...options, rounds: 3, writers: 32, watchers: 100 })) {
    acknowledged += round.acknowledged;
  }
  expect(acknowledged).toBeGreaterThan(0);
  await cluster.up();
});

test("STORE-LANE: clients that disconnect during a write do not cancel other requests", async () => {
  const { server, token } = readKubeconfig(cluster.directory);
  const agent = new Agent({ keepAlive: true, maxSockets: 32, ca: readFileSync(`${cluster.directory}/ca.crt`) });
  const url = `${server}/api/v1/namespaces/default/configmaps`;
  const write = (name: string, leavesAfter: number | undefined) =>
    new Promise<number | "left">((resolve, reject) => {
      // Patches of an object that many patch take several commits each.
      const [method, at, type, body] = name.startsWith("shared")
        ? ["PATCH", `${url}/${name}`, "merge-patch+json", `{"data":{"v":"${Math.random()}"}}`]
        : ["POST", url, "json", configMap(name)];
      const headers = { authorization: `Bearer ${token}`, "content-type": `application/${type}` };
      const call = request(at, { method, agent, headers, timeout: 10_000 }, (response) => {
        response.resume().once("end", () => resolve(response.statusCode ?? 0));
        response.once("error", () => resolve("left"));
      });
      call.once("timeout", () => reject(new Error(`${name} was not answered`)));
      call.once("error", (error) => (leavesAfter === undefined ? reject(error) : resolve("left")));
      call.end(body);
      if (leavesAfter !== undefined) setTimeout(() => call.destroy(), leavesAfter);
    });
  await Promise.all(["shared-0", "shared-1"].map((name) => cluster.output(`create configmap ${name}`)));
  const answers: (number | "left")[] = [];
  const client = async (id: number) => {
    for (let i = 0; i < 30; i++) {
      const leavesAfter = i % 3 === 0 ? (id + i) % 10 : undefined;
      const answer = await write(id % 2 ? `lane-${id}-${i}` : `shared-${i % 2}`, leavesAfter);
      if (leavesAfter === undefined) answers.push(answer);
    }
  };
  await Promise.all(Array.from({ length: 32 }, (_, id) => client(id)));
  agent.destroy();
  expect(answers).toHaveLength(32 * 20);
  expect(new Set(answers)).toEqual(new Set([200, 201]));
});

const mayMount = process.platform === "linux" && process.getuid?.() === 0;

test.skipIf(!mayMount)(
  "STORE-FULL: a full disk refuses writes, loses nothing, and accepts them when there is room",
  async () => {
    await cluster.down();
    const storage = `${cluster.directory}/storage`;
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=5m", "tmpfs", storage]);
    try {
      await cluster.up();
      const create = (name: string) =>
        cluster.kubectl(["create", "configmap", name, `--from-literal=x=${"x".repeat(100_000)}`]);
      const acknowledged: string[] = [];
      let refusal = "";
      for (let i = 0; i < 60 && refusal === ""; i++) {
        const { code, stderr } = await create(`big-${i}`);
        if (code === 0) acknowledged.push(`configmap/big-${i}`);
        else refusal = stderr;
      }
      expect(refusal).toContain("nothing was written: database or disk is full");
      expect(await names()).toEqual(expect.arrayContaining(acknowledged));
      expect(acknowledged.length).toBeGreaterThan(5);
      execFileSync("mount", ["-o", "remount,size=20m", storage]);
      expect((await create("after")).code).toBe(0);
      await cluster.output("create deployment web --image=nginx");
      await cluster.output("wait --for=jsonpath={.status.replicas}=1 deployment/web --timeout=20s");
      expect(await names()).toEqual(expect.arrayContaining([...acknowledged, "configmap/after"]));
      expect(JSON.parse(await cluster.output("get --raw /sailplane/v1/store/check")).faults).toEqual([]);
    } finally {
      await cluster.down();
      execFileSync("umount", [storage]);
    }
  },
);
