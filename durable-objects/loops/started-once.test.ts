import { expect, test } from "vitest";
import { StartedOnce } from "./started-once.ts";

test("concurrent calls share one start", async () => {
  let starts = 0;
  const loop = new StartedOnce(async () => {
    await Promise.resolve();
    return ++starts;
  });
  expect(loop.started).toBeUndefined();
  expect(await Promise.all([loop.get("default"), loop.get("default")])).toEqual([1, 1]);
  expect(await loop.started).toBe(1);
});

test("a start that fails is repeated by the next call", async () => {
  let isOut = true;
  const loop = new StartedOnce(async (cluster) => {
    if (isOut) throw new Error("storage is out of reach");
    return cluster;
  });
  await expect(loop.get("default")).rejects.toThrow("out of reach");
  isOut = false;
  expect(await loop.get("default")).toBe("default");
});
