import { expect, test } from "vitest";
import { PortLots } from "./port-lots.ts";

test("REG-NODE-PORT-DRAWN: free ports are drawn once each, those that users choose last", () => {
  const lots = new PortLots([30_002, 30_100], (below) => below - 1);
  const drawn: (number | undefined)[] = [];
  for (let i = 0; i < 2767; i++) drawn.push(lots.draw());
  expect(drawn.slice(0, 2)).toEqual([32_767, 32_766]);
  expect(drawn.indexOf(30_086)).toBe(2680);
  expect(drawn.slice(2681, 2682)).toEqual([30_085]);
  expect(new Set(drawn).size).toBe(2767);
  expect(drawn.at(-1)).toBeUndefined();
});
