/**
 * One write to the last of many watchers, and what they cost the writer. All are read in this process, which with a
 * thousand of them is the slower part.
 *
 *     npm run bench -- watch [--peer URL --peer-token T]
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "./rig/client.ts";
import { median } from "./rig/load.ts";
import { configMap, configMaps, newNamespace } from "./rig/objects.ts";
import { type Figure, runBench } from "./rig/report.ts";
import type { Target } from "./rig/target.ts";

const ROUNDS = 15;
const limits: Readonly<Record<number, number>> = { 100: 6, 1000: 25 };

async function measure(target: Target, path: string, watchers: number) {
  const watching = new Client(target, Number.POSITIVE_INFINITY);
  const writing = new Client(target, 1);
  const { metadata } = JSON.parse((await writing.ask({ path: `${path}?limit=1` })).text);
  let expected = "";
  let told = 0;
  let done = () => {};
  const line = (text: string) => {
    if (expected !== "" && text.includes(expected) && ++told === watchers) done();
  };
  const watch = `${path}?watch=1&timeoutSeconds=600&resourceVersion=${metadata.resourceVersion}`;
  for (let open = 0; open < watchers; open += 50)
    await Promise.all(Array.from({ length: Math.min(50, watchers - open) }, () => watching.follow(watch, line)));
  await sleep(500);
  const last: number[] = [];
  const answered: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const name = `w${watchers}-${round}`;
    expected = `"name":"${name}"`;
    told = 0;
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    const began = performance.now();
    answered.push((await writing.ask({ method: "POST", path, body: configMap(name) })).whole);
    if (watchers > 0) await Promise.race([all, sleep(20_000)]);
    if (told < watchers) throw new Error(`${watchers - told} of ${watchers} watchers were not told`);
    last.push(performance.now() - began);
    await sleep(100);
  }
  watching.close();
  writing.close();
  return { last: median(last), answered: median(answered) };
}

await runBench("watch", async (target) => {
  const path = configMaps(await newNamespace(target));
  await measure(target, path, 1);
  const figures: Figure[] = [];
  const alone = await measure(target, path, 0);
  for (const watchers of [100, 1000]) {
    const { last, answered } = await measure(target, path, watchers);
    const limit = limits[watchers];
    figures.push(
      { name: `write to the last of ${watchers}`, value: last, unit: "ms", ...(limit && { limit }) },
      {
        name: `the writer's answer with ${watchers}, to without`,
        value: answered / alone.answered,
        unit: "x",
        limit: 1.3,
      },
    );
  }
  return figures;
});
