/** Claims get volumes without anything to install, on nodes with and without containers. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../rig/cluster.ts";
import { Containerd, whyNoContainerd } from "../rig/containerd.ts";

const claim = (name: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: ${name}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
`;

/** As in charts of databases: no root, and a directory that nobody else may read. */
const database = `apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete, whenScaled: Retain}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsUser: 999, runAsGroup: 999, fsGroup: 2000, runAsNonRoot: true}
      containers:
        - name: db
          image: localhost/busybox:1
          imagePullPolicy: IfNotPresent
          command: ["/bin/sh", "-c", "mkdir -p /data/own && chmod 0700 /data/own && echo begun >> /data/own/log && exec sleep 3600"]
          volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`;

/** Any user may write, without a group of the pod. */
const anybody = (name: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: c
      image: localhost/busybox:1
      imagePullPolicy: IfNotPresent
      securityContext: {runAsUser: 1234}
      command: ["/bin/sh", "-c", "echo ${name} > /data/${name}; exec sleep 3600"]
      volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: shared}}]
---
`;

/** One is mounted within the other, which containers cannot write to. */
const nested = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {level: one}
---
apiVersion: v1
kind: Pod
metadata: {name: nested}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: c
      image: localhost/busybox:1
      imagePullPolicy: IfNotPresent
      command: ["/bin/sh", "-c", "exec sleep 3600"]
      volumeMounts:
        - {name: settings, mountPath: /etc/app}
        - {name: settings, mountPath: /etc/app/deep/certs}
        - {name: scratch, mountPath: /etc/app/scratch}
  volumes: [{name: settings, configMap: {name: settings}}, {name: scratch, emptyDir: {}}]
`;

const reason = whyNoContainerd();

describe.skipIf(reason !== undefined)(`volumes of claims on containerd${reason ? ` (${reason})` : ""}`, () => {
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

  const kept = () => readdirSync(join(cluster.directory, "node/local-volumes")).filter((name) => !name.startsWith("."));
  const pathOf = async (name: string) => {
    const volume = await cluster.output(`get pvc ${name} -o jsonpath={.spec.volumeName}`);
    return cluster.output(`get pv ${volume} -o jsonpath={.spec.local.path}`);
  };
  const isReady = (pod: string) => cluster.output(`wait --for=condition=Ready --timeout=30s pod/${pod}`);

  test("AGENT-VOLUME-NESTED: a volume is mounted within another that is read-only, and stays when that changes", async () => {
    await cluster.output("apply -f -", { input: nested });
    await cluster.output("wait --for=condition=Ready --timeout=20s pod/nested");
    const script = "touch /etc/app/scratch/file && cat /etc/app/level /etc/app/deep/certs/level && ls /etc/app/scratch";
    const look = () => cluster.output(["exec", "nested", "--", "/bin/sh", "-c", script]);
    expect(await look()).toBe("oneonefile\n");
    await cluster.output('patch configmap settings --type=merge -p {"data":{"level":"two"}}');
    await expect.poll(look, { timeout: 20_000 }).toBe("twotwofile\n");
    await cluster.output("delete pod/nested");
  });

  test("CTL-LOCAL-MAKE: a StatefulSet without root keeps its data when its pod is recreated", async () => {
    await cluster.output("apply -f -", { input: database });
    await cluster.output("rollout status statefulset/db --timeout=30s");
    const path = await pathOf("data-db-0");
    const { gid, mode } = statSync(path);
    expect([gid, (mode & 0o7777).toString(8)]).toEqual([2000, "2777"]);
    await cluster.output("delete pod db-0");
    await isReady("db-0");
    expect(readFileSync(join(path, "own/log"), "utf8")).toBe("begun\nbegun\n");
    expect(await cluster.output("get --raw /api/v1/nodes/e2e/proxy/metrics")).toMatch(
      /kubelet_volume_stats_capacity_bytes\{namespace="default",persistentvolumeclaim="data-db-0"\} \d+/,
    );
  });

  test("CTL-LOCAL-MAKE: several pods share one claim, whatever their users", async () => {
    await cluster.output("apply -f -", { input: `${claim("shared")}${anybody("one")}${anybody("two")}` });
    await Promise.all(["one", "two"].map(isReady));
    await expect.poll(async () => readdirSync(await pathOf("shared")).sort()).toEqual(["one", "two"]);
  });

  test("CTL-LOCAL-GROW: a claim that requests more storage gets it", async () => {
    const spec = { resources: { requests: { storage: "2Gi" } } };
    await cluster.output(["patch", "pvc", "shared", "--patch", JSON.stringify({ spec })]);
    await cluster.output("wait --for=jsonpath={.status.capacity.storage}=2Gi --timeout=20s pvc/shared");
  });

  test("CTL-LOCAL-DELETE: data is deleted with its claim, and nothing else is, even after kills", async () => {
    const path = await pathOf("data-db-0");
    await cluster.crash();
    await cluster.up();
    await isReady("db-0");
    expect(existsSync(path)).toBe(true);
    await cluster.output("delete pod one two");
    await cluster.output("delete pvc shared");
    await expect.poll(kept, { timeout: 20_000 }).toHaveLength(1);
    expect(existsSync(path)).toBe(true);
    await cluster.output("delete statefulset db");
    await expect.poll(kept, { timeout: 20_000 }).toEqual([]);
    await expect.poll(() => cluster.output("get pv -o name"), { timeout: 20_000 }).toBe("");
  });

  test("CTL-LOCAL-REFUSED: claims that a directory cannot fulfil are reported", async () => {
    const many = claim("many").replace("ReadWriteOnce", "ReadWriteMany");
    await cluster.output("apply -f -", {
      input: `${many}${anybody("some").replace("claimName: shared", "claimName: many")}`,
    });
    await expect
      .poll(() => cluster.output("events --for pvc/many"), { timeout: 20_000 })
      .toMatch(/ProvisioningFailed .* cannot be ReadWriteMany: ask for ReadWriteOnce/);
    await cluster.output("delete pod/some pvc/many");
  });
});

describe("volumes of claims without containers", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  });
  afterAll(() => cluster.remove());

  test("CTL-LOCAL-MAKE: a plain process uses its claim's volume, which is deleted with the claim", async () => {
    const pod = `${anybody("one").replace("/data/one", "$SAILPLANE_MOUNT_data/one").replace("securityContext: {runAsUser: 1234}", "env: []")}`;
    await cluster.output("apply -f -", { input: `${claim("shared")}${pod}` });
    await cluster.output("wait --for=condition=Ready --timeout=30s pod/one");
    const volume = await cluster.output("get pvc shared -o jsonpath={.spec.volumeName}");
    const path = join(cluster.directory, "node/local-volumes", volume);
    await expect.poll(() => existsSync(join(path, "one"))).toBe(true);
    await cluster.output("delete pod/one pvc/shared");
    await expect.poll(() => existsSync(path), { timeout: 20_000 }).toBe(false);
  });

  test("CTL-LOCAL-CLASS: with local volumes off, neither label nor StorageClass is recreated", async () => {
    await cluster.output("delete storageclass local");
    await expect.poll(() => cluster.output("get storageclass -o name")).toBe("storageclass.storage.k8s.io/local\n");
    await cluster.down();
    await cluster.up(["--local-volumes", "off"]);
    await cluster.output("delete storageclass local");
    expect(await cluster.output("get nodes -l sailplane.dev/local-volumes -o name")).toBe("");
    expect(await cluster.output("get storageclass -o name")).toBe("");
  });
});
