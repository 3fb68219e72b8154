import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientVersions } from "../rig/clients.ts";
import { Cluster } from "../rig/cluster.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
});
afterAll(() => cluster.remove());

describe.each(clientVersions)("a rollout, with kubectl %s", (version) => {
  const namespace = `rollout-${version}`;
  const run = (command: string | string[]) => cluster.output(command, { version });
  const here = (command: string) => run(`-n ${namespace} ${command}`);
  beforeAll(() => run(`create namespace ${namespace}`));

  test("create deployment starts the replicas", async () => {
    expect(await here("create deployment web --image=busybox:1 --replicas=2 -- /bin/sleep 3600")).toBe(
      "deployment.apps/web created\n",
    );
    expect(await here("rollout status deployment/web --timeout=20s")).toContain(
      'deployment "web" successfully rolled out\n',
    );
  });

  test("scale changes the number of pods", async () => {
    expect(await here("scale deployment web --replicas=4")).toBe("deployment.apps/web scaled\n");
    await here("rollout status deployment/web --timeout=20s");
    expect(await here("get deployment web -o jsonpath={.status.readyReplicas}")).toBe("4");
    await here("scale deployment web --replicas=1");
    await here("wait --for=jsonpath={.status.replicas}=1 --timeout=40s deployment/web");
  });

  test("set image rolls out a new revision, history lists it, undo reverts it", async () => {
    expect(await here("set image deployment/web busybox=busybox:2")).toBe("deployment.apps/web image updated\n");
    await here("rollout status deployment/web --timeout=40s");
    expect(await here("rollout history deployment/web")).toMatch(
      /^deployment\.apps\/web \nREVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n/,
    );
    expect(await here("rollout undo deployment/web")).toBe("deployment.apps/web rolled back\n");
    await here("rollout status deployment/web --timeout=40s");
    expect(await here("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}")).toBe("busybox:1");
    expect(await here("rollout history deployment/web")).toMatch(/REVISION +CHANGE-CAUSE\n2 +<none>\n3 +<none>\n/);
  });

  test("rollout restart replaces every pod", async () => {
    const before = await here("get replicasets -o name");
    expect(await here("rollout restart deployment/web")).toBe("deployment.apps/web restarted\n");
    await here("rollout status deployment/web --timeout=40s");
    expect((await here("get replicasets -o name")).length).toBeGreaterThan(before.length);
  });
});
