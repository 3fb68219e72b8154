import { expect, test } from "vitest";
import { ingressClass } from "./networking/ingress-class.ts";
import { storageClass } from "./storage/storage-class.ts";
import { volumeAttributesClass } from "./storage/volume-attributes-class.ts";
import { renderTable } from "./table.ts";

const printing = { includeObject: "None", metadata: {}, now: 0 } as const;
const named = (annotation: string, mark: string) => ({ name: "c", annotations: { [annotation]: mark } });

test("WIRE-TABLE: the default class is marked beside its name, but not that of volume attributes", () => {
  const ingress = (mark: string) => ({
    metadata: named("ingressclass.kubernetes.io/is-default-class", mark),
    spec: { controller: "e.com/c" },
  });
  const storage = { metadata: named("storageclass.kubernetes.io/is-default-class", "true"), provisioner: "e.com" };
  const attributes = { metadata: named("storage.kubernetes.io/is-default-class", "true"), driverName: "e.com" };
  const names = [
    renderTable(ingressClass, [ingress("true"), ingress("false")], printing),
    renderTable(storageClass, [storage], printing),
    renderTable(volumeAttributesClass, [attributes], printing),
  ].flatMap(({ rows }) => (rows ?? []).map(({ cells }) => cells[0]));
  expect(names).toEqual(["c (default)", "c", "c (default)", "c"]);
});
