import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientVersions } from "../rig/clients.ts";
import { Cluster } from "../rig/cluster.ts";

const manifest = join(import.meta.dirname, "first-app.yaml");

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
});
afterAll(() => cluster.remove());

/** The columns of a kubectl table, row by row, header first. */
const rows = (table: string) =>
  table
    .trim()
    .split("\n")
    .map((line) => line.split(/\s{2,}/));

describe.each(clientVersions)("a first app, with kubectl %s", (version) => {
  const run = (command: string | string[]) => cluster.output(command, { version });
  const inApp = (command: string) => run(`-n first-app ${command}`);

  test("the local node is Ready", async () => {
    const [header, node] = rows(await run("get nodes"));
    expect(header).toEqual(["NAME", "STATUS", "ROLES", "AGE", "VERSION"]);
    expect(node?.slice(0, 2)).toEqual([cluster.nodeName, "Ready"]);
  });

  test("apply makes everything in the file, and a second apply changes nothing", async () => {
    expect(await run(`apply -f ${manifest}`)).toBe(
      "namespace/first-app created\nconfigmap/greeting created\ndeployment.apps/web created\njob.batch/once created\n",
    );
    expect(await run(`apply -f ${manifest}`)).toBe(
      "namespace/first-app unchanged\nconfigmap/greeting unchanged\ndeployment.apps/web unchanged\njob.batch/once unchanged\n",
    );
  });

  test("wait sees the Deployment become Available and the Job Complete", async () => {
    expect(await inApp("wait --for=condition=Available --timeout=20s deployment/web")).toBe(
      "deployment.apps/web condition met\n",
    );
    expect(await inApp("wait --for=condition=Complete --timeout=20s job/once")).toBe("job.batch/once condition met\n");
  });

  test("get all shows pods, deployment, replica set and job as Kubernetes prints them", async () => {
    const all = await run("get all -A");
    expect(all).toMatch(/^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE$/m);
    expect(all.match(/^first-app +pod\/web-[a-z0-9]+-[a-z0-9]{5} +1\/1 +Running +0 +\d+s$/gm)).toHaveLength(3);
    expect(all).toMatch(/^first-app +pod\/once-[a-z0-9]{5} +0\/1 +Completed +0 +\d+s$/m);
    expect(all).toMatch(/^first-app +deployment\.apps\/web +3\/3 +3 +3 +\d+s$/m);
    expect(all).toMatch(/^first-app +replicaset\.apps\/web-[a-z0-9]+ +3 +3 +3 +\d+s$/m);
    expect(all).toMatch(/^first-app +job\.batch\/once +Complete +1\/1 +\d+s +\d+s$/m);
  });

  test("get pods -o wide names the node", async () => {
    const wide = await inApp("get pods -o wide");
    expect(wide).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES$/m);
    expect(wide.match(new RegExp(` ${cluster.nodeName} +<none> +<none>$`, "gm"))).toHaveLength(4);
  });

  test("describe shows the events of each object", async () => {
    expect(await inApp("describe deployment web")).toMatch(
      /Replicas: +3 desired \| 3 updated \| 3 total \| 3 available/,
    );
    expect(await inApp("describe job once")).toMatch(/Pods Statuses: +0 Active \(0 Ready\) \/ 1 Succeeded \/ 0 Failed/);
    expect(await inApp("describe configmap greeting")).toContain("text:\n----\nhello\n");
    expect(await run("describe namespace first-app")).toMatch(/Status: +Active/);
    expect(await run(`describe node ${cluster.nodeName}`)).toMatch(/Non-terminated Pods:/);
    const pod = await inApp("describe pod -l app=web --show-events");
    expect(pod).toMatch(/GREETING: +<set to the key 'text' of config map 'greeting'>/);
    // Events arrive after the changes that they report.
    await expect
      .poll(() => inApp("describe pod -l app=web --show-events"), { timeout: 5000 })
      .toMatch(/Scheduled +\S+ +default-scheduler +Successfully assigned first-app\/web-[\s\S]*Started +\S+ +kubelet/);
  });

  test("logs prints, and logs -f keeps printing", async () => {
    expect(await inApp("logs job/once")).toBe("done\n");
    const log = cluster.follow("-n first-app logs -f deployment/web", { version });
    try {
      await log.until(/^hello 0$/m);
      const sofar = log.said.length;
      await sleep(1000);
      expect(log.said.length).toBeGreaterThan(sofar);
    } finally {
      log.stop();
    }
  });

  test("get pods -w shows a deleted pod and its successor", async () => {
    const watch = cluster.follow("-n first-app get pods -l app=web -w", { version });
    try {
      await watch.until(/(Running[\s\S]*){3}/);
      const victim = (await inApp("get pods -l app=web -o jsonpath={.items[0].metadata.name}")).trim();
      expect(await inApp(`delete pod ${victim}`)).toMatch(new RegExp(`^pod "${victim}" deleted`));
      await watch.until(new RegExp(`^${victim} +1/1 +Terminating`, "m"));
      await watch.until(/^web-\S+ +0\/1 +Pending[\s\S]*^web-\S+ +1\/1 +Running/m);
    } finally {
      watch.stop();
    }
  });

  test("delete removes the namespace and everything in it", async () => {
    expect(await run("delete namespace first-app --timeout=30s")).toBe('namespace "first-app" deleted\n');
    const { stderr } = await cluster.kubectl("get namespace first-app", { version });
    expect(stderr).toBe('Error from server (NotFound): namespaces "first-app" not found\n');
    expect(await run("get pods,deployments,jobs,configmaps -A -o name")).not.toMatch(/web|once|greeting/);
  });
});
