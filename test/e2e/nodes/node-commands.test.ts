import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster, freePort, launcher } from "../rig/cluster.ts";

const pod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: web, image: none, command: [sh, -c, "echo up; sleep 3600"]}]
`;

const get = (url: string, { ca, token }: { readonly ca: string; readonly token: string }) =>
  new Promise<{ readonly status: number | undefined; readonly body: string }>((resolve, reject) => {
    const asked = request(url, { ca, headers: { authorization: `Bearer ${token}` }, agent: false }, async (answer) => {
      let body = "";
      for await (const chunk of answer) body += chunk;
      resolve({ status: answer.statusCode, body });
    });
    asked.once("error", reject).end();
  });

describe("AGENT-LOCAL: a node on its own machine", () => {
  let cluster: Cluster;
  let kubeletPort: number;
  beforeAll(async () => {
    kubeletPort = await freePort();
    cluster = await Cluster.start({ options: ["--kubelet-port", String(kubeletPort)] });
    await cluster.output("apply -f -", { input: pod });
    await cluster.output("wait --for=condition=Ready --timeout=20s pod/web");
  });
  afterAll(() => cluster?.remove());

  const sailplane = (...words: string[]) =>
    execFileSync(process.execPath, [launcher, ...words, "--data-dir", cluster.directory], { encoding: "utf8" });

  test("reports its status, its pods, and their logs", () => {
    expect(sailplane("node", "status")).toMatch(/^node +e2e, process:.*, 1 pod\ncontrol plane +https:.*, connected\n$/);
    expect(sailplane("node", "pods")).toMatch(/\ndefault +web +1\/1 +Running +0 +\S+\n$/);
    expect(sailplane("node", "logs", "web")).toBe("up\n");
    expect(() => sailplane("node", "logs", "nope")).toThrow(/no pod default\/nope on this node/);
  });

  test.skipIf(!existsSync("/dev/full"))("a log that cannot be printed is told in one line", () => {
    const logs = [process.execPath, launcher, "node", "logs", "web", "--data-dir", cluster.directory];
    const { status, stderr } = spawnSync("sh", ["-c", '"$@" > /dev/full', "sh", ...logs], { encoding: "utf8" });
    expect(stderr).toBe("sailplane: cannot write the output: no space left on the disk\n");
    expect(status).toBe(1);
  });

  test("AGENT-PORT: answers programs that ask it directly, if the cluster knows them and lets them", async () => {
    await cluster.output("create clusterrole scrape --verb=get --resource=nodes/metrics");
    await cluster.output("create clusterrolebinding scrape --clusterrole=scrape --serviceaccount=default:default");
    const token = (await cluster.output("create token default")).trim();
    const ca = await cluster.output(["get", "configmap", "kube-root-ca.crt", "-o", "jsonpath={.data.ca\\.crt}"]);
    const node = JSON.parse(await cluster.output(`get node ${cluster.nodeName} -o json`));
    expect(node.status.daemonEndpoints).toEqual({ kubeletEndpoint: { Port: kubeletPort } });
    const [{ address }] = node.status.addresses;
    const at = (path: string, as = token) => get(`https://${address}:${kubeletPort}${path}`, { ca, token: as });
    expect(await at("/metrics/resource")).toEqual({
      status: 200,
      body: expect.stringMatching(/^node_cpu_usage_seconds_total /m),
    });
    expect(await at("/pods")).toMatchObject({ status: 403 });
    expect(await at("/metrics/resource", "guessed")).toMatchObject({ status: 401 });
  });

  test("AGENT-LEAVE: leaves the cluster: its pods end, and its Node is deleted", async () => {
    expect(sailplane("leave")).toBe("e2e accepts no more pods\ndefault/web is ending\ne2e has left\n");
    expect(await cluster.output("get nodes,pods -o name")).toBe("");
    await expect.poll(() => cluster.said).toContain("node           e2e has left the cluster;");
  });
});
