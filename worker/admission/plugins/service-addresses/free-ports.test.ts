import { expect, test } from "vitest";
import type { Service } from "../../../../api/generated/core.v1.ts";
import type { Key } from "../../../../api/store/store.ts";
import type { AdmissionRequest } from "../../plugin.ts";
import { pickNodePorts } from "./node-port.ts";

/** The node ports that a Service of so many ports gets, and how often all ports that are taken were read. */
async function picked(count: number, isTaken: (port: number) => boolean) {
  let lists = 0;
  const all = Array.from({ length: 2768 }, (_, i) => i + 30_000).filter(isTaken);
  const entry = (port: number) => ({ key: { resource: "nodeports.sailplane.dev", namespace: "", name: String(port) } });
  const store = {
    readMany: async (keys: readonly Key[]) =>
      keys.map(({ name }) => (isTaken(Number(name)) ? entry(Number(name)) : undefined)),
    list: async () => {
      lists++;
      return { items: all.map(entry) };
    },
  };
  const ports = Array.from({ length: count }, (_, i) => ({ port: i + 1 }));
  const service = { metadata: { name: "s" }, spec: { type: "NodePort", ports } } as unknown as Service;
  const request = { context: { store }, drawn: new Set() } as unknown as AdmissionRequest;
  return { ports: await pickNodePorts(service, undefined, request), lists };
}

test("REG-NODE-PORT-DRAWN: while many ports are free, not all that are taken are read", async () => {
  const { ports, lists } = await picked(3, () => false);
  expect([new Set(ports).size, lists]).toEqual([3, 0]);
});

test("REG-NODE-PORT-DRAWN: the last free ports are found", async () => {
  const { ports, lists } = await picked(2, (port) => port !== 30_001 && port !== 31_000);
  expect([ports.toSorted(), lists]).toEqual([[30_001, 31_000], 1]);
  await expect(picked(3, (port) => port !== 30_001 && port !== 31_000)).rejects.toThrow();
});
