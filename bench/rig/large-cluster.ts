/** A store with a large cluster that never changes; texts are created on request, so that they take no memory. */

import { apiVersionOf, groupResource } from "../../api/machinery/meta.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { resources } from "../../api/resources/index.ts";
import type { ListRequest, Store } from "../../api/store/store.ts";
import type { KnownKind } from "../../durable-objects/controllers/snapshot.ts";

export const KINDS: readonly KnownKind[] = resources.map(({ group, version, kind, plural, scope }) => ({
  resource: groupResource(group, plural),
  apiVersion: apiVersionOf(group, version),
  kind,
  scope,
}));

const REVISION = 1_000_000;
const PODS_OF_ONE = 100;
const START = Date.UTC(2026, 0, 1);

const time = (seconds: number) => timestamp(START + seconds * 1000);
const uid = (kind: string, index: number) => `${kind}${String(index).padStart(7, "0")}-1111-4111-8111-111111111111`;
const managed = (manager: string) => ({
  manager,
  operation: "Update",
  apiVersion: "v1",
  time: time(0),
  fieldsType: "FieldsV1",
  fieldsV1: { "f:metadata": { "f:labels": { ".": {}, "f:app": {} } }, "f:spec": { "f:containers": {} } },
});

function node(index: number): string {
  const name = `node-${index}`;
  const amounts = { cpu: "16", memory: "64Gi", "ephemeral-storage": "500Gi", pods: "110" };
  const condition = (type: string, status: string) => ({
    type,
    status,
    lastHeartbeatTime: time(index),
    lastTransitionTime: time(index),
    reason: `Kubelet${type}`,
    message: "kubelet says so",
  });
  return JSON.stringify({
    kind: "Node",
    apiVersion: "v1",
    metadata: {
      name,
      uid: uid("a", index),
      resourceVersion: String(index + 1),
      creationTimestamp: time(index),
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "beta.kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/zone": `z${index % 3}`,
      },
      annotations: { "node.alpha.kubernetes.io/ttl": "300", "csi.volume.kubernetes.io/nodeid": `{"d":"${name}"}` },
      managedFields: [managed("kubelet")],
    },
    spec: { podCIDR: `10.${index >> 8}.${index & 255}.0/24`, podCIDRs: [`10.${index >> 8}.${index & 255}.0/24`] },
    status: {
      capacity: amounts,
      allocatable: amounts,
      conditions: [
        condition("MemoryPressure", "False"),
        condition("DiskPressure", "False"),
        condition("PIDPressure", "False"),
        condition("Ready", "True"),
      ],
      addresses: [
        { type: "InternalIP", address: `192.168.${index >> 8}.${index & 255}` },
        { type: "Hostname", address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        machineID: uid("b", index),
        kernelVersion: "6.1.0",
        kubeletVersion: "v1.36.0",
        operatingSystem: "linux",
      },
      images: Array.from({ length: 20 }, (_, image) => ({
        names: [`registry.example.com/team/image-${image}:v1.${image}`],
        sizeBytes: 10_000_000 + image,
      })),
    },
  });
}

const ownerOf = (apiVersion: string, kind: string, name: string, id: string) => [
  { apiVersion, kind, name, uid: id, controller: true, blockOwnerDeletion: true },
];

function template(group: number) {
  return {
    metadata: { labels: { app: `app-${group}`, tier: `t${group % 5}`, "pod-template-hash": "7d9c8b6f5" } },
    spec: {
      containers: [
        {
          name: "main",
          image: `registry.example.com/team/app-${group}:v1.2.3`,
          command: ["/bin/app", "--listen=:8080", "--log-level=info"],
          ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
          env: Array.from({ length: 8 }, (_, each) => ({ name: `SETTING_${each}`, value: `value of ${each}` })),
          resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
          livenessProbe: { httpGet: { path: "/healthz", port: "http", scheme: "HTTP" }, periodSeconds: 10 },
          readinessProbe: { httpGet: { path: "/ready", port: "http", scheme: "HTTP" }, periodSeconds: 5 },
          terminationMessagePath: "/dev/termination-log",
          terminationMessagePolicy: "File",
          imagePullPolicy: "IfNotPresent",
        },
      ],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      securityContext: {},
      schedulerName: "default-scheduler",
    },
  };
}

const setName = (group: number) => `app-${group}-7d9c8b6f5`;

function replicaSet(group: number): string {
  return JSON.stringify({
    kind: "ReplicaSet",
    apiVersion: "apps/v1",
    metadata: {
      name: setName(group),
      namespace: `team-${group % 50}`,
      uid: uid("c", group),
      resourceVersion: String(10_000 + group),
      generation: 1,
      creationTimestamp: time(group),
      labels: template(group).metadata.labels,
      annotations: { "deployment.kubernetes.io/desired-replicas": String(PODS_OF_ONE) },
      managedFields: [managed("kube-controller-manager")],
    },
    spec: {
      replicas: PODS_OF_ONE,
      selector: { matchLabels: template(group).metadata.labels },
      template: template(group),
    },
    status: {
      replicas: PODS_OF_ONE,
      fullyLabeledReplicas: PODS_OF_ONE,
      readyReplicas: PODS_OF_ONE,
      availableReplicas: PODS_OF_ONE,
      terminatingReplicas: 0,
      observedGeneration: 1,
    },
  });
}

function pod(index: number, nodes: number): string {
  const group = Math.floor(index / PODS_OF_ONE);
  const { metadata, spec } = template(group);
  const [container] = spec.containers;
  const tail = ((index * 2_654_435_761) >>> 0).toString(36).slice(-5).padStart(5, "x");
  const token = `kube-api-access-${tail}`;
  const started = time(group * 30 + (index % 20));
  const condition = (type: string, seconds: number) => ({
    type,
    status: "True",
    observedGeneration: 1,
    lastProbeTime: null,
    lastTransitionTime: time(group * 30 + (index % 20) + seconds),
  });
  const ip = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  const toleration = (key: string) => ({
    key: `node.kubernetes.io/${key}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  });
  return JSON.stringify({
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      name: `${setName(group)}-${tail}${index}`,
      generateName: `${setName(group)}-`,
      namespace: `team-${group % 50}`,
      uid: uid("d", index),
      resourceVersion: String(20_000 + index),
      generation: 1,
      creationTimestamp: started,
      labels: metadata.labels,
      ownerReferences: ownerOf("apps/v1", "ReplicaSet", setName(group), uid("c", group)),
      managedFields: [managed("kube-controller-manager"), managed("kubelet")],
    },
    spec: {
      ...spec,
      volumes: [
        { name: token, projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: "token" } }] } },
      ],
      containers: [{ ...container, volumeMounts: [{ name: token, readOnly: true, mountPath: "/var/run/secrets/x" }] }],
      serviceAccountName: "default",
      serviceAccount: "default",
      nodeName: `node-${(index * 7919) % nodes}`,
      tolerations: [toleration("not-ready"), toleration("unreachable")],
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority",
    },
    status: {
      observedGeneration: 1,
      phase: "Running",
      conditions: [
        condition("PodReadyToStartContainers", 1),
        condition("Initialized", 0),
        condition("Ready", 2),
        condition("ContainersReady", 2),
        condition("PodScheduled", 0),
      ],
      hostIP: "192.168.1.1",
      hostIPs: [{ ip: "192.168.1.1" }],
      podIP: ip,
      podIPs: [{ ip }],
      startTime: started,
      containerStatuses: [
        {
          name: "main",
          state: { running: { startedAt: started } },
          lastState: {},
          ready: true,
          restartCount: 0,
          image: container?.image,
          imageID: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          containerID: `containerd://${uid("e", index).repeat(2)}`,
          started: true,
        },
      ],
      qosClass: "Burstable",
    },
  });
}

export function clusterTexts({
  nodes,
  pods,
}: {
  nodes: number;
  pods: number;
}): Pick<Store, "list" | "texts" | "status" | "commit"> {
  const makers: Record<string, readonly [count: number, make: (index: number) => string]> = {
    nodes: [nodes, node],
    pods: [pods, (index) => pod(index, nodes)],
    "replicasets.apps": [Math.ceil(pods / PODS_OF_ONE), replicaSet],
  };
  const list = async ({ resource, limit = 500, after }: ListRequest) => {
    // Like a call to another object, which gives others a turn.
    await new Promise((resolve) => setImmediate(resolve));
    const [count, make] = makers[resource] ?? [0, () => ""];
    // The name of the last entry is its position here.
    const from = after ? Number(after.name) + 1 : 0;
    const until = Math.min(count, from + limit);
    const items = [];
    for (let index = from; index < until; index++) {
      const key = { resource, namespace: "", name: String(index) };
      items.push({ key, revision: index, text: make(index) });
    }
    const last = items.at(-1)?.key;
    return {
      ok: true,
      revision: REVISION,
      items,
      more: until < count,
      remaining: count - until,
      ...(last && { last }),
    };
  };
  return {
    list,
    status: async () => ({ revision: REVISION, compacted: 0 }),
    texts: async () => ({ ok: true, revision: REVISION, changes: [], more: false }),
    commit: async () => ({ ok: true, revision: REVISION, revisions: [] }),
  } as unknown as Pick<Store, "list" | "texts" | "status" | "commit">;
}
