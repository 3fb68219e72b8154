import { expect, test } from "vitest";
import type { CustomResourceDefinition } from "../../api/generated/apiextensions.v1.ts";
import { customResources } from "./custom-resources.ts";
import type { PolicySnapshot } from "./snapshot.ts";

const definition = (group: string, version: string, { plural, kind } = { plural: "foos", kind: "Foo" }) =>
  ({
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Cluster",
      names: { plural, kind },
      versions: [{ name: version, served: true, storage: true }],
    },
    status: { conditions: [{ type: "Established", status: "True" }] },
  }) as unknown as CustomResourceDefinition;

test("CRD-SHADOW: no kind can be added to a version of a built-in group, only to other versions", () => {
  const definitions = [definition("networking.k8s.io", "v1"), definition("networking.k8s.io", "v9")];
  const registry = customResources({ list: () => definitions } as unknown as PolicySnapshot);
  expect(registry.find("networking.k8s.io", "v1", "foos")).toBeUndefined();
  expect(registry.find("networking.k8s.io", "v9", "foos")).toBeDefined();
  expect(registry.find("networking.k8s.io", "v1", "networkpolicies")).toBeDefined();
  expect(registry.resources.filter(({ plural }) => plural === "foos")).toHaveLength(1);
});

test("CRD-SHADOW: a definition named like a built-in resource adds no kind, whatever its version", () => {
  const names = { plural: "networkpolicies", kind: "NetworkPolicy" };
  const definitions = [definition("networking.k8s.io", "v9", names), definition("networking.e.com", "v9", names)];
  const registry = customResources({ list: () => definitions } as unknown as PolicySnapshot);
  expect(registry.find("networking.k8s.io", "v9", "networkpolicies")).toBeUndefined();
  expect(registry.find("networking.e.com", "v9", "networkpolicies")).toBeDefined();
});
