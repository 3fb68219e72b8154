/** What benchmarks write: a namespace for each run, ConfigMaps of 1 KB, pods that no scheduler places. */
import { Client } from "./client.ts";
import type { Address } from "./target.ts";

export async function newNamespace(target: Address): Promise<string> {
  const name = `bench-${Math.random().toString(36).slice(2, 8)}`;
  const client = new Client(target, 1);
  await client.ask({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name } } });
  // Waits for the service account that pods need, which a controller creates.
  const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
  for (let tries = 0; tries < 50; tries++) {
    const there = await client.ask({ path: account }).catch(() => undefined);
    if (there) break;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  client.close();
  return name;
}

const payload = "x".repeat(860);

export const configMaps = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;
export const configMap = (name: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, labels: { app: "bench" } },
  data: { payload },
});

export const pods = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;
/** One in fifty has the label `shard=7`. */
export const pod = (index: number) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: `pod-${index}`,
    labels: { app: "bench", shard: String(index % 50), tier: "web" },
    annotations: { "bench/filler": "p".repeat(300) },
  },
  spec: {
    schedulerName: "none",
    automountServiceAccountToken: false,
    containers: [
      {
        name: "main",
        image: "registry.k8s.io/pause:3.10",
        resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "32Mi" } },
      },
    ],
  },
});

export const deployments = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`;
export const deployment = (name: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, labels: { app: name } },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: pod(0).spec },
  },
});
