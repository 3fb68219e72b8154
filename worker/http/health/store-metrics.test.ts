import { expect, test } from "vitest";
import { resources } from "../../../api/resources/index.ts";
import type { Registry } from "../../kinds/kind-registry.ts";
import type { StoreObject } from "../../storage/cluster-stores.ts";
import { storedObjects } from "./store-metrics.ts";

const registry = { resources } as unknown as Registry;
const storeOf = (held: () => Promise<object[]>) => [[undefined, { held }]] as unknown as readonly StoreObject[];

test("WIRE-METRICS: a count of objects that failed does not fail the next scrape, and one that succeeded serves it", async () => {
  const counts = [{ resource: "configmaps", namespace: "default", objects: 3 }];
  const failing = storeOf(() => Promise.reject(new Error("no store")));
  await expect(storedObjects("counted", registry, failing)).rejects.toThrow("no store");
  const [objects] = await storedObjects(
    "counted",
    registry,
    storeOf(async () => counts),
  );
  expect(objects?.lines).toContainEqual([{ group: "", resource: "configmaps" }, 3]);
  expect(await storedObjects("counted", registry, failing)).toContainEqual(objects);
});
