import { expect, test } from "vitest";
import type { CustomResourceDefinition } from "../../api/generated/apiextensions.v1.ts";
import { customResources } from "./custom-resources.ts";
import type { PolicySnapshot } from "./snapshot.ts";

const definition = (group: string, version: string) =>
  ({
    metadata: { name: `foos.${group}` },
    spec: {
      group,
      scope: "Cluster",
      names: { plural: "foos", kind: "Foo" },
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
