import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster, launcher } from "../rig/cluster.ts";

const pod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: web, image: none, command: [sh, -c, "echo up; sleep 3600"]}]
`;

describe("AGENT-LOCAL: a node on its own machine", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
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

  test("AGENT-LEAVE: leaves the cluster: its pods end, and its Node is deleted", async () => {
    expect(sailplane("leave")).toBe("e2e accepts no more pods\ndefault/web is ending\ne2e has left\n");
    expect(await cluster.output("get nodes,pods -o name")).toBe("");
    await expect.poll(() => cluster.said).toContain("node           e2e has left the cluster;");
  });
});
