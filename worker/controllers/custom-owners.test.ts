import { describe, expect, it } from "vitest";
import type { CustomResourceDefinition } from "../../api/generated/apiextensions.v1.ts";
import type { OwnerReference } from "../../api/generated/meta.v1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { controlledCluster } from "../../test/fakes/controllers/controlled-cluster.ts";
import {
  CLUSTER_ROLES,
  clusterRole,
  configMap,
  GADGETS,
  gadgetDefinition,
} from "../../test/fakes/controllers/owned-objects.ts";
import { garbageCollector } from "./garbage-collector.ts";

const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";
const gadget: KubeObject = { apiVersion: "example.com/v1", kind: "Gadget", metadata: { name: "g", namespace: "ns" } };
const ownedBy = (uid: string): OwnerReference[] => [{ apiVersion: "example.com/v1", kind: "Gadget", name: "g", uid }];

/** Two dependents that are two seconds old: of a gadget, and of one that never was. */
async function start(definition: object = gadgetDefinition) {
  const at = controlledCluster([garbageCollector]);
  at.cluster.put(DEFINITIONS, definition as KubeObject);
  const { metadata } = at.cluster.put(GADGETS, gadget);
  await at.settle();
  const depend = async () => {
    at.cluster.put("configmaps", configMap("its", ownedBy(metadata.uid)));
    at.cluster.put("configmaps", configMap("nobody's", ownedBy("nobody")));
    await at.pass(2000);
  };
  const left = () => at.cluster.list("configmaps").map(({ metadata: { name } }) => name);
  return { ...at, gadget: metadata, depend, left };
}

describe("objects whose owners are custom resources", () => {
  it("are removed with their owners", async () => {
    const { cluster, settle, depend, left } = await start();
    await depend();
    expect(left()).toEqual(["its"]);
    cluster.remove(GADGETS, "ns", "g");
    await settle();
    expect(left()).toEqual([]);
  });

  it.each<[string, (definition: CustomResourceDefinition) => void]>([
    ["is not established", ({ status }) => (status.conditions = [])],
    ["no longer serves the version", ({ spec }) => (spec.versions = [{ name: "v2", served: true, storage: true }])],
    ["serves it under another name", ({ status }) => (status.acceptedNames = { plural: "gadgets", kind: "Widget" })],
  ])("CTL-GC-UNKNOWN: stay if the definition %s", async (_, change) => {
    const { cluster, settle, depend, left } = await start();
    cluster.change<CustomResourceDefinition>(DEFINITIONS, "", GADGETS, change);
    await settle();
    await depend();
    expect(left()).toEqual(["its", "nobody's"]);
  });

  it("CTL-GC-UNKNOWN: stay if another definition wants their owner's kind", async () => {
    const { cluster, settle, depend, left } = await start();
    const { spec } = gadgetDefinition;
    cluster.put(DEFINITIONS, {
      ...gadgetDefinition,
      metadata: { name: "gizmos.example.com" },
      spec: { ...spec, names: { plural: "gizmos", kind: "Gadget" } },
      status: { conditions: [{ type: "Established", status: "False" }] },
    } as KubeObject);
    await settle();
    await depend();
    expect(left()).toEqual(["its"]);
  });

  it("CTL-GC-UNKNOWN: are removed if their owner was seen to go, even if its kind goes with it", async () => {
    const { cluster, pass, gadget, depend, left } = await start();
    cluster.put("configmaps", configMap("its", ownedBy(gadget.uid)));
    for (const other of [{ apiVersion: "example.com/v2" }, { kind: "Widget" }, { name: "h" }])
      cluster.put(
        "configmaps",
        configMap(`of-${Object.values(other)[0]}`, [{ ...ownedBy(gadget.uid)[0], ...other } as OwnerReference]),
      );
    // In which namespace the owner of a cluster role would be is unknown.
    cluster.put(CLUSTER_ROLES, clusterRole("role", ownedBy(gadget.uid)));
    cluster.remove(GADGETS, "ns", "g");
    cluster.remove(DEFINITIONS, "", GADGETS);
    await pass(2000);
    expect(left()).toEqual(["of-example.com/v2", "of-Widget", "of-h"]);
    expect(cluster.list(CLUSTER_ROLES)).toHaveLength(1);
    await depend();
    expect(left().at(-1)).toBe("nobody's");
  });
});
