/** A custom kind whose definition changes during a walk. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Random } from "./random.ts";

export const GADGETS = { group: "walk.example.com", version: "v1", plural: "gadgets" } as const;
export const GADGET_RESOURCE = `${GADGETS.plural}.${GADGETS.group}`;
export const VERSIONS = ["v1", "v2"] as const;

/** Sizes up to here are written. */
const LARGEST = 9;

const count = { type: "integer", format: "int32" };

/** Both versions store the same fields, so that what is stored is answered as it was written. */
export function definition(random: Random): KubeObject {
  const maximum = random.pick([LARGEST, LARGEST, 6, 3]);
  const schema = {
    openAPIV3Schema: {
      type: "object",
      properties: {
        spec: {
          type: "object",
          properties: { size: { ...count, minimum: 0, maximum }, replicas: count, note: { type: "string" } },
        },
        status: {
          type: "object",
          properties: { replicas: count, note: { type: "string" }, selector: { type: "string" } },
        },
      },
    },
  };
  const stored = random.pick(VERSIONS);
  return {
    metadata: { name: GADGET_RESOURCE },
    spec: {
      group: GADGETS.group,
      scope: "Namespaced",
      names: { plural: GADGETS.plural, singular: "gadget", kind: "Gadget", listKind: "GadgetList" },
      versions: VERSIONS.map((name) => ({
        name,
        schema,
        served: true,
        storage: name === stored,
        subresources: {
          status: {},
          scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
        },
        ...(random.chance(0.3) && {
          additionalPrinterColumns: [{ name: "Size", type: "integer", jsonPath: ".spec.size" }],
        }),
      })),
    },
  } as KubeObject;
}

export const gadget = (random: Random): object => ({
  spec: { size: random.below(LARGEST + 1), replicas: random.below(4), note: String(random.below(100)) },
});
