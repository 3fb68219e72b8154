/**
 * Creates, reads, updates and deletes of ConfigMaps of 1 KB through the whole API: TLS, authentication, authorization,
 * admission, validation, a durable commit.
 *
 *     npm run bench -- api [--peer URL --peer-token T]
 */
import { load } from "./rig/load.ts";
import { configMap, configMaps, newNamespace } from "./rig/objects.ts";
import { type Figure, runBench } from "./rig/report.ts";

await runBench("api", async (target) => {
  const path = configMaps(await newNamespace(target));
  const create = (clients: number, count: number) =>
    load(target, { clients, count }, (client, index) =>
      client.ask({ method: "POST", path, body: configMap(`c${clients}-${index}`) }),
    );
  const read = (clients: number, count: number) =>
    load(target, { clients, count }, (client, index) => client.ask({ path: `${path}/c16-${(index * 7919) % 3000}` }));
  // Not counted: the first requests are compiled while they run.
  await create(8, 300);
  const alone = await create(1, 500);
  const figures: Figure[] = [
    { name: "memory at the start", value: target.memory?.() ?? Number.NaN, unit: "MB", limit: 100 },
    { name: "create, 1 client, median", value: alone.median, unit: "ms", limit: 1.3 },
    { name: "create, 16 clients", value: (await create(16, 3000)).perSecond, unit: "/s", limit: 3200 },
    { name: "create, 64 clients", value: (await create(64, 5000)).perSecond, unit: "/s", limit: 4500 },
    { name: "get, 1 client, median", value: (await read(1, 1000)).median, unit: "ms" },
    { name: "get, 16 clients", value: (await read(16, 8000)).perSecond, unit: "/s", limit: 6000 },
    { name: "get, 64 clients", value: (await read(64, 8000)).perSecond, unit: "/s" },
  ];
  const put = await load(target, { clients: 16, count: 2000 }, (client, index) =>
    client.ask({
      method: "PUT",
      path: `${path}/c16-${index}`,
      body: { ...configMap(`c16-${index}`), data: { a: "b" } },
    }),
  );
  const headers = { "content-type": "application/merge-patch+json" };
  const patch = await load(target, { clients: 1, count: 300 }, (client, index) =>
    client.ask({ method: "PATCH", path: `${path}/c16-0`, body: { data: { n: String(index) } }, headers }),
  );
  const remove = await load(target, { clients: 16, count: 2000 }, (client, index) =>
    client.ask({ method: "DELETE", path: `${path}/c16-${index}` }),
  );
  figures.push(
    { name: "put, 16 clients", value: put.perSecond, unit: "/s" },
    { name: "merge patch of one object, 1 client", value: patch.perSecond, unit: "/s", limit: 900 },
    { name: "delete, 16 clients", value: remove.perSecond, unit: "/s" },
  );
  return target.memory ? figures : figures.filter(({ unit }) => unit !== "MB");
});
