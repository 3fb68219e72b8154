import { expect, test } from "vitest";
import { plainMachine } from "../../test/fakes/node/node-facts.ts";
import { evictionRules } from "../pressure/eviction-settings.ts";
import { allocatableOf } from "./node-object.ts";
import { reserveOf } from "./reserve.ts";

const GIB = 1024 ** 3;
const machine = plainMachine({ cpus: 4, memoryBytes: 8 * GIB, diskBytes: 100 * GIB, swapBytes: 2 * GIB });

const allocatable = (evictionHard: string, system: Record<string, string>) => {
  const soft = { evictionSoft: "memory.available<4Gi", evictionSoftGracePeriod: "memory.available=1m" };
  const reserve = reserveOf(machine, evictionRules({ evictionHard, ...soft }).thresholds, system);
  const { cpu, memory, "ephemeral-storage": disk } = allocatableOf({ machine, devices: new Map(), reserve });
  return [cpu, memory, disk];
};

test("AGENT-RESERVE: allocatable is capacity less hard eviction thresholds and reservations", () => {
  expect(allocatable("memory.available<1Gi,nodefs.available<10%", {})).toEqual(["4", "7Gi", "90Gi"]);
  const system = { cpu: "500m", memory: "1Gi", "ephemeral-storage": "10Gi" };
  expect(allocatable("nodefs.available<10%", system)).toEqual(["3500m", "7Gi", "80Gi"]);
  expect(allocatable("", { cpu: "9" })[0]).toBe("0");
  // Formatted like all quantities: in bytes, unless a larger unit divides them.
  expect(allocatable("nodefs.available<1000", {})[2]).toBe(String(100 * GIB - 1000));
});

test("AGENT-RESERVE: an unknown resource cannot be reserved", () =>
  expect(() => reserveOf(machine, [], { pods: "1" })).toThrow('"pods" cannot be reserved'));

test("AGENT-RESERVE: memory reserved as huge pages is allocatable as huge pages only", () => {
  const hugePages = [
    { pageBytes: 2 * 1024 ** 2, bytes: 64 * 1024 ** 2 },
    { pageBytes: GIB, bytes: 0 },
  ];
  const offered = allocatableOf({
    machine: { ...machine, hugePages },
    devices: new Map(),
    reserve: reserveOf(machine, [], {}),
  });
  expect(offered).toMatchObject({
    memory: "8128Mi",
    "hugepages-2Mi": "64Mi",
    "hugepages-1Gi": "0",
  });
});
