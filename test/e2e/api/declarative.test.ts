import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientVersions } from "../rig/clients.ts";
import { Cluster } from "../rig/cluster.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ runtime: "simulated" });
});
afterAll(() => cluster.remove());

const web = (replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: busybox}]}
`;

describe.each(clientVersions)("kubectl %s, declaratively", (version) => {
  const namespace = `declared-${version}`;
  const run = (command: string | string[], input = "") => cluster.output(command, { version, input });
  const here = (command: string, input = "") => run(`-n ${namespace} ${command}`, input);
  const outcome = (command: string, input = "") => cluster.kubectl(`-n ${namespace} ${command}`, { version, input });
  const directory = () => join(cluster.directory, namespace);

  beforeAll(async () => {
    await run(`create namespace ${namespace}`);
    mkdirSync(directory());
    const kustomization = {
      namespace,
      resources: ["web.yaml"],
      configMapGenerator: [{ name: "made", literals: ["a=b"] }],
    };
    writeFileSync(join(directory(), "kustomization.yaml"), JSON.stringify(kustomization));
    writeFileSync(join(directory(), "web.yaml"), web(1));
  });

  test("kustomize | apply, and apply -k leaves what is as it is", async () => {
    const rendered = await run(`kustomize ${directory()}`);
    expect(await run("apply -f -", rendered)).toMatch(/configmap\/made-\w+ created\ndeployment.apps\/web created/);
    expect(await run(`apply -k ${directory()}`)).toMatch(
      /configmap\/made-\w+ unchanged\ndeployment.apps\/web unchanged/,
    );
  });

  test("diff -k shows what would change", async () => {
    writeFileSync(join(directory(), "web.yaml"), web(2));
    const { code, stdout } = await outcome(`diff -k ${directory()}`);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^- {2}replicas: 1\n\+ {2}replicas: 2$/m)]);
  });

  test("apply --server-side takes ownership, and a second manager has to force", async () => {
    expect(await here("apply --server-side -f -", web(2))).toContain("deployment.apps/web serverside-applied");
    const { stderr } = await outcome("apply --server-side --field-manager=other -f -", web(3));
    expect(stderr).toContain('conflict with "kubectl"');
    expect(stderr).toContain(".spec.replicas");
    await here("apply --server-side --force-conflicts --field-manager=other -f -", web(3));
    await here("wait --for=jsonpath={.status.readyReplicas}=3 deploy/web --timeout=30s");
  });

  test("apply --prune deletes what is no longer declared", async () => {
    const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {set: x}}\n`;
    await here("apply --prune -l set=x --prune-allowlist=core/v1/ConfigMap -f -", `${map("a")}---\n${map("b")}`);
    expect(await here("apply --prune -l set=x --prune-allowlist=core/v1/ConfigMap -f -", map("a"))).toContain(
      "configmap/b pruned",
    );
    expect(await here("get configmaps -l set=x -o name")).toBe("configmap/a\n");
  });

  test("replace --force recreates the object", async () => {
    const uid = () => here("get deploy web -o jsonpath={.metadata.uid}");
    const before = await uid();
    expect(await here("replace --force -f -", web(1))).toContain("replaced");
    expect(await uid()).not.toBe(before);
  });

  test("rollout restart and undo work", async () => {
    await here("rollout status deploy/web --timeout=30s");
    await here("set image deploy/web c=busybox:2");
    await here("rollout status deploy/web --timeout=30s");
    expect(await here("rollout undo deploy/web")).toContain("rolled back");
    expect(await here("get deploy web -o jsonpath={.spec.template.spec.containers[0].image}")).toBe("busybox");
    expect(await here("rollout history deploy/web")).toMatch(/^2 .*\n3 /m);
  });

  test("debug adds a container to a pod", async () => {
    await here("rollout status deploy/web --timeout=30s");
    const pod = (await here("get pods -l app=web -o name")).split("\n")[0] ?? "";
    await here(`debug ${pod} --image=busybox -c look -- true`);
    expect(await here(`get ${pod} -o jsonpath={.spec.ephemeralContainers[*].name}`)).toBe("look");
  });

  test("auth can-i, events, get --raw, --chunk-size", async () => {
    expect(await here("auth can-i create deployments")).toBe("yes\n");
    const { stdout } = await outcome("auth can-i create deployments --as=nobody");
    expect(stdout).toBe("no\n");
    expect(await here("events --for=deployment/web")).toContain("ScalingReplicaSet");
    expect(JSON.parse(await run(`get --raw /api/v1/namespaces/${namespace}`))).toMatchObject({ kind: "Namespace" });
    const names = (await here("get replicasets -o name")).split("\n");
    expect((await here("get replicasets -o name --chunk-size=1")).split("\n")).toEqual(names);
  });

  test("create --dry-run=server shows the object as it would be stored", async () => {
    const object = await here("create deployment dry --image=nginx --dry-run=server -o json");
    expect(JSON.parse(object)).toMatchObject({ spec: { progressDeadlineSeconds: 600 } });
    expect((await outcome("get deployment dry")).stderr).toContain('deployments.apps "dry" not found');
  });
});
