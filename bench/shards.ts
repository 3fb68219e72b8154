/**
 * What it costs to keep events and leases in separate stores: a control plane with `--shards events,leases`, and as its
 * peer one without. On one machine both stores share a thread; shards relieve an object's limits, which exist only on
 * Cloudflare.
 *
 *     npm run bench -- shards
 */
import type { Client } from "./rig/client.ts";
import { load } from "./rig/load.ts";
import { configMap, configMaps, newNamespace } from "./rig/objects.ts";
import { type Figure, report } from "./rig/report.ts";
import { ownTarget } from "./rig/target.ts";

const CLIENTS = 16;
const COUNT = 2000;

async function figures(options: readonly string[]): Promise<Figure[]> {
  const target = await ownTarget(options);
  try {
    const namespace = await newNamespace(target);
    const events = `/api/v1/namespaces/${namespace}/events`;
    const event = (name: string) => ({
      metadata: { name, namespace },
      involvedObject: { kind: "Pod", namespace, name: "p" },
      reason: "Started",
      message: "Container started",
      type: "Normal",
    });
    const writeEvent = (client: Client, name: string) =>
      client.ask({ method: "POST", path: events, body: event(name) });
    const writeMap = (client: Client, name: string) =>
      client.ask({ method: "POST", path: configMaps(namespace), body: configMap(name) });
    const some = { clients: CLIENTS, count: COUNT };
    await load(target, some, (client, i) => writeEvent(client, `warm-${i}`));
    const alone = await load(target, some, (client, i) => writeEvent(client, `e-${i}`));
    const [beside] = await Promise.all([
      load(target, some, (client, i) => writeMap(client, `m-${i}`)),
      load(target, some, (client, i) => writeEvent(client, `b-${i}`)),
    ]);
    const list = await load(target, { clients: 1, count: 9 }, (client) => client.ask({ path: events }));
    return [
      { name: `events created by ${CLIENTS}`, value: alone.perSecond, unit: "/s" },
      { name: "CPU of one", value: alone.cpu ?? Number.NaN, unit: "µs" },
      { name: "config maps created beside as many events", value: beside.perSecond, unit: "/s" },
      { name: `list of ${3 * COUNT} events`, value: list.median, unit: "ms" },
    ];
  } finally {
    await target.close();
  }
}

const without = await figures([]);
report("shards", await figures(["--shards", "events,leases"]), without);
