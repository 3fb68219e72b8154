/**
 * What creating and reading cost in larger clusters: 1,000 objects against 10,000 and 100,000 (OBJECTS).
 *
 *     npm run bench -- scale [--peer URL --peer-token T]       OBJECTS=10000 for a shorter one
 */
import { load, median } from "./rig/load.ts";
import { configMap, configMaps, newNamespace } from "./rig/objects.ts";
import { type Figure, runBench } from "./rig/report.ts";

const most = Number(process.env.OBJECTS ?? 100_000);
const sizes = [1000, 10_000, 100_000].filter((size) => size <= most);

await runBench("scale", async (target) => {
  const path = configMaps(await newNamespace(target));
  let objects = 0;
  const create = async (count: number, clients: number) => {
    const from = objects;
    objects += count;
    return load(target, { clients, count }, (client, index) =>
      client.ask({ method: "POST", path, body: configMap(`c-${from + index}`) }),
    );
  };
  await create(500, 16);
  const figures: Figure[] = [];
  const first: { create?: number; get?: number } = {};
  for (const size of sizes) {
    await create(size - objects - 100, 32);
    const created = (await create(100, 1)).median;
    const gets = [];
    for (let run = 0; run < 3; run++) {
      const read = await load(target, { clients: 1, count: 300 }, (client, index) =>
        client.ask({ path: `${path}/c-${(index * 7919 + run) % size}` }),
      );
      gets.push(read.median);
    }
    const got = median(gets);
    first.create ??= created;
    first.get ??= got;
    figures.push(
      { name: `create with ${size} objects, median`, value: created, unit: "ms", limit: first.create * 1.3 },
      { name: `get with ${size} objects, median`, value: got, unit: "ms", limit: first.get * 1.3 },
    );
    if (target.memory) figures.push({ name: `memory with ${size} objects`, value: target.memory(), unit: "MB" });
  }
  return figures;
});
