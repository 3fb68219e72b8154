/**
 * Creates, reads, updates and deletes of ConfigMaps of 1 KB, and creates of pods and Deployments, through the whole
 * API: TLS, authentication, authorization, admission, validation, a durable commit. For our own server also the CPU per
 * request, of the whole process, including controllers and garbage collection.
 *
 *     npm run bench -- api [--peer URL --peer-token T]
 */
import type { Client } from "./rig/client.ts";
import { load, type Measured } from "./rig/load.ts";
import { configMap, configMaps, deployment, deployments, newNamespace, pod, pods } from "./rig/objects.ts";
import { type Figure, runBench } from "./rig/report.ts";

const MERGE_PATCH = { "content-type": "application/merge-patch+json" };

interface Limits {
  /** Limit of the rate; with one client, of the median. */
  readonly limit?: number;
  readonly cpu?: number;
}

function figuresOf(name: string, clients: number, measured: Measured, limits: Limits = {}): Figure[] {
  const { perSecond, median, cpu } = measured;
  const speed = clients === 1 ? { value: median, unit: "ms" } : { value: perSecond, unit: "/s" };
  const by = clients === 1 ? "1 client" : `${clients} clients`;
  const figures: Figure[] = [
    {
      name: `${name}, ${by}${clients === 1 ? ", median" : ""}`,
      ...speed,
      ...(limits.limit !== undefined && { limit: limits.limit }),
    },
  ];
  if (cpu !== undefined) {
    figures.push({
      name: `${name}, ${by}, CPU`,
      value: cpu,
      unit: "µs",
      ...(limits.cpu !== undefined && { limit: limits.cpu }),
    });
  }
  return figures;
}

await runBench("api", async (target) => {
  const figures: Figure[] = target.memory
    ? [{ name: "memory at the start", value: target.memory(), unit: "MB", limit: 100 }]
    : [];
  const namespace = await newNamespace(target);
  const path = configMaps(namespace);
  const calls = (clients: number, count: number, call: (client: Client, index: number) => Promise<unknown>) =>
    load(target, { clients, count }, call);
  const create = (clients: number, count: number) =>
    calls(clients, count, (client, index) =>
      client.ask({ method: "POST", path, body: configMap(`c${clients}-${index}`) }),
    );
  const read = (clients: number, count: number) =>
    calls(clients, count, (client, index) => client.ask({ path: `${path}/c16-${(index * 7919) % 3000}` }));
  const post = (to: string, body: (index: number) => unknown) => (client: Client, index: number) =>
    client.ask({ method: "POST", path: to, body: body(index) });

  // Not counted: the first requests pay for compilation.
  await create(8, 300);
  figures.push(
    ...figuresOf("create", 1, await create(1, 500), { limit: 1.3 }),
    ...figuresOf("create", 16, await create(16, 3000), { limit: 3200 }),
    ...figuresOf("create", 64, await create(64, 5000), { limit: 4500 }),
    ...figuresOf("get", 1, await read(1, 1000)),
    ...figuresOf("get", 16, await read(16, 8000), { limit: 6000 }),
    ...figuresOf("get", 64, await read(64, 8000)),
  );
  const put = await calls(16, 2000, (client, index) => {
    const name = `c16-${index}`;
    return client.ask({ method: "PUT", path: `${path}/${name}`, body: { ...configMap(name), data: { a: "b" } } });
  });
  const patch = await calls(1, 300, (client, index) =>
    client.ask({ method: "PATCH", path: `${path}/c16-0`, body: { data: { n: String(index) } }, headers: MERGE_PATCH }),
  );
  figures.push(
    ...figuresOf("put", 16, put),
    { name: "merge patch of one object, 1 client", value: patch.perSecond, unit: "/s", limit: 900 },
    ...figuresOf("merge patch of one object", 1, patch),
    ...figuresOf("create a pod", 32, await calls(32, 2000, post(pods(namespace), pod))),
  );
  // Nothing is stored, so that only the API's work is measured, without what controllers make of a Deployment.
  const dryRun = `${deployments(namespace)}?dryRun=All`;
  const dry = await calls(
    16,
    1000,
    post(dryRun, (index) => deployment(`d-${index}`)),
  );
  figures.push(...figuresOf("create a Deployment, dry run", 16, dry, { cpu: 500 }));
  const remove = await calls(16, 2000, (client, index) =>
    client.ask({ method: "DELETE", path: `${path}/c16-${index}` }),
  );
  figures.push(...figuresOf("delete", 16, remove));
  return figures;
});
