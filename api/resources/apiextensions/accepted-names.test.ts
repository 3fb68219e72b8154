import { expect, test } from "vitest";
import type { CustomResourceDefinition } from "../../generated/apiextensions.v1.ts";
import { acceptNames } from "./accepted-names.ts";

const NOW = "2026-01-01T00:00:00Z";

const definition = (plural: string, kind: string, shortNames?: string[]): CustomResourceDefinition => ({
  metadata: { name: `${plural}.e.com` },
  spec: {
    group: "e.com",
    scope: "Namespaced",
    names: {
      plural,
      singular: kind.toLowerCase(),
      kind,
      listKind: `${kind}List`,
      ...(shortNames ? { shortNames } : {}),
    },
    versions: [],
  },
  status: {},
});

const conditions = ({ status }: CustomResourceDefinition) =>
  status.conditions?.map(({ type, status: is, reason, message }) => `${type}=${is} ${reason}: ${message}`);

test("CRD-ESTABLISH: a definition whose names are free is established at once", () => {
  const foos = definition("foos", "Foo", ["f"]);
  acceptNames(foos, [], NOW);
  expect(foos.status.acceptedNames).toEqual(foos.spec.names);
  expect(conditions(foos)).toEqual([
    "NamesAccepted=True NoConflicts: no conflicts found",
    "Established=True InitialNamesAccepted: the initial names have been accepted",
  ]);
});

test("CRD-NAMES: one whose names are taken waits, and gets them when they are free", () => {
  const foos = definition("foos", "Foo", ["f"]);
  acceptNames(foos, [], NOW);
  const others = definition("others", "Foo", ["f"]);
  acceptNames(others, [foos], NOW);
  expect(others.status.acceptedNames).toEqual({
    plural: "others",
    singular: undefined,
    ...others.status.acceptedNames,
  });
  expect(conditions(others)).toEqual([
    'NamesAccepted=False ListKindConflict: "FooList" is already in use',
    "Established=False NotAccepted: not all names are accepted",
  ]);
  acceptNames(others, [], NOW);
  expect(others.status.acceptedNames?.kind).toBe("Foo");
  expect(conditions(others)?.at(-1)).toContain("Established=True");
});

test("what is established stays so, though a new name of it is taken", () => {
  const foos = definition("foos", "Foo");
  acceptNames(foos, [], NOW);
  const bars = definition("bars", "Bar", ["b"]);
  acceptNames(bars, [foos], NOW);
  foos.spec.names.shortNames = ["b"];
  acceptNames(foos, [bars], "2026-01-02T00:00:00Z");
  expect(conditions(foos)).toEqual([
    'NamesAccepted=False ShortNamesConflict: "b" is already in use',
    "Established=True InitialNamesAccepted: the initial names have been accepted",
  ]);
  expect(foos.status.conditions?.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
    "2026-01-02T00:00:00Z",
    NOW,
  ]);
});
