/**
 * What a webhook of the cluster adds to a write: creates of ConfigMaps that a mutating webhook behind a Service changes,
 * beside creates that no webhook sees. Its pod is a plain process on the node of `up`, and the CPU is that of the
 * control plane and of the node together, the webhook's own excluded.
 *
 *     npm run bench -- webhooks
 */
import { HookedCluster, inCluster } from "../test/e2e/api/webhooks/hooked-cluster.ts";
import { load } from "./rig/load.ts";
import { configMap, configMaps, newNamespace } from "./rig/objects.ts";
import { type Figure, report } from "./rig/report.ts";
import { addressOf, cpuMilliseconds } from "./rig/target.ts";

const HOOK = "bench";
const COUNT = 300;

const hooked = await HookedCluster.start();
const { cluster } = hooked;
const figures: Figure[] = [];
try {
  const target = addressOf(cluster);
  await hooked.configure({ name: HOOK, clientConfig: inCluster("/mutate"), rule: {} });
  const path = configMaps(await newNamespace(target));
  const cpu = () => cpuMilliseconds(cluster.workerdPid()) + cpuMilliseconds(cluster.supervisorPid);
  const create = async (labels: Readonly<Record<string, string>>, prefix: string, clients: number) => {
    const { metadata, ...rest } = configMap("");
    return load({ ...target, cpu }, { clients, count: COUNT }, (client, index) =>
      client.ask({
        method: "POST",
        path,
        body: { ...rest, metadata: { ...metadata, labels, name: `${prefix}-${index}` } },
      }),
    );
  };
  for (const clients of [1, 16]) {
    await create({ hook: HOOK }, `warm-${clients}`, clients);
    const plain = await create({}, `plain-${clients}`, clients);
    const changed = await create({ hook: HOOK }, `changed-${clients}`, clients);
    const by = clients === 1 ? "1 client" : `${clients} clients`;
    figures.push(
      { name: `create, no webhook, ${by}, median`, value: plain.median, unit: "ms" },
      { name: `create, one webhook, ${by}, median`, value: changed.median, unit: "ms" },
      { name: `one webhook, ${by}, created`, value: changed.perSecond, unit: "/s" },
      { name: `one webhook, ${by}, CPU in addition`, value: (changed.cpu ?? 0) - (plain.cpu ?? 0), unit: "µs" },
    );
  }
} finally {
  await cluster.remove();
}
report("webhooks", figures);
process.exit(0);
