import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "./cluster.ts";
import { Containerd, whyNoContainerd } from "./containerd.ts";

const reason = whyNoContainerd();

const pod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeName: e2e
  terminationGracePeriodSeconds: 1
  containers:
    - name: web
      image: localhost/busybox:1
      imagePullPolicy: IfNotPresent
      command: ["/bin/sh", "-c", "echo up; sleep 3600"]
      resources: {requests: {cpu: 100m}}
`;

describe.skipIf(reason !== undefined)(`pods on containerd${reason ? ` (${reason})` : ""}`, () => {
  let containerd: Containerd;
  let cluster: Cluster;
  beforeAll(async () => {
    containerd = await Containerd.start();
    cluster = await Cluster.start({ containerd });
  });
  afterAll(async () => {
    await cluster?.remove();
    containerd?.stop();
  });

  test("the node says what runs its pods", async () => {
    expect(await cluster.output("get nodes -o wide")).toMatch(/ Ready +.* containerd:\/\/\d/);
  });

  test("a pod runs as a container, with an address of its own", async () => {
    await cluster.output("apply -f -", { input: pod });
    await cluster.output("wait --for=condition=Ready --timeout=20s pod/web");
    expect(await cluster.output("get pod web -o jsonpath={.status.podIP}")).toMatch(/^10\.88\.0\.\d+$/);
  });

  test("its log and a command in it come through", async () => {
    expect(await cluster.output("logs web")).toBe("up\n");
    const { code, stdout } = await cluster.kubectl(["exec", "web", "--", "/bin/sh", "-c", "echo inside; exit 3"]);
    expect([code, stdout]).toEqual([3, "inside\n"]);
  });

  test("what it uses, and its node, can be seen", async () => {
    expect(await cluster.output("top pod web --no-headers --containers")).toMatch(/^web +web +\d+m +\d+Mi/);
    expect(await cluster.output("top nodes --no-headers")).toMatch(/^e2e +\d+m +\d+% +\d+Mi +\d+%/);
    expect(await cluster.output("get --raw /api/v1/nodes/e2e/proxy/metrics/resource")).toContain(
      'container_memory_working_set_bytes{container="web",namespace="default",pod="web"}',
    );
  });

  test("it is given more while it runs, and told of what there is not", async () => {
    const resize = (cpu: string) => {
      const patch = JSON.stringify({ spec: { containers: [{ name: "web", resources: { requests: { cpu } } }] } });
      return cluster.output(["patch", "pod", "web", "--subresource", "resize", "--patch", patch]);
    };
    await resize("200m");
    const given = "jsonpath={.status.containerStatuses[0].resources.requests.cpu}=200m";
    await cluster.output(`wait --for=${given} --timeout=20s pod/web`);
    await resize("1000");
    await cluster.output("wait --for=condition=PodResizePending --timeout=20s pod/web");
    expect(await cluster.output("get pod web -o jsonpath={.status.conditions[0].reason}")).toBe("Infeasible");
    expect(await cluster.output("get pod web -o jsonpath={.status.containerStatuses[0].restartCount}")).toBe("0");
  });

  test("deleted, it is gone", async () => {
    expect(await cluster.output("delete pod web --timeout=20s")).toMatch(/^pod "web" deleted/);
    expect(await cluster.output("get pods -o name")).toBe("");
  });

  test("a manifest on the machine is a pod, which the API shows and cannot end", async () => {
    const file = join(cluster.directory, "node/manifests/web.yaml");
    writeFileSync(file, pod.replace("nodeName: e2e", "restartPolicy: Always"));
    const shown = "get pods -o jsonpath={.items[*].metadata.name}/{.items[*].status.phase}/{.items[*].metadata.uid}";
    const seen = () => cluster.output(shown);
    const before = await expect
      .poll(seen, { timeout: 20_000 })
      .toMatch(/^web-e2e\/Running\//)
      .then(seen);
    expect(await cluster.output("logs web-e2e")).toBe("up\n");
    await cluster.output("delete pod web-e2e");
    await expect.poll(seen, { timeout: 20_000 }).toMatch(/^web-e2e\/Running\//);
    expect(await seen()).not.toBe(before);
    expect(await cluster.output("get pod web-e2e -o jsonpath={.status.containerStatuses[0].restartCount}")).toBe("0");
    rmSync(file);
    await expect.poll(seen, { timeout: 20_000 }).toBe("//");
  });
});
