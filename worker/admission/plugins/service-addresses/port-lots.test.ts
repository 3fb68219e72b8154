import { expect, test } from "vitest";
import { drawNodePorts } from "./port-lots.ts";

test("REG-NODE-PORT-DRAWN: free ports are drawn once each, those that users choose last", () => {
  const last = (below: number) => below - 1;
  const drawn = drawNodePorts(3000, [30_002, 30_100], last);
  expect(drawn.slice(0, 2)).toEqual([32_767, 32_766]);
  expect(drawn.indexOf(30_086)).toBe(2680);
  expect(drawn.slice(2681, 2682)).toEqual([30_085]);
  expect([drawn.length, new Set(drawn).size]).toEqual([2766, 2766]);
  expect(drawNodePorts(2, [], last)).toHaveLength(2);
});
