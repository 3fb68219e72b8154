/** The variables of device selectors (k8s.io/dynamic-resource-allocation/cel). */
import type { Scope } from "../check/checker.ts";
import { kubernetesLibrary } from "../library/index.ts";
import { BOOL, DYN, mapOf, parseType, STRING } from "../values/type.ts";

export const deviceScope: Scope = {
  variables: new Map([
    [
      "device",
      {
        kind: "object",
        name: "DRADevice",
        fields: new Map([
          ["driver", STRING],
          ["allowMultipleAllocations", BOOL],
          // By the domain of their driver, then by name.
          ["attributes", mapOf(STRING, mapOf(STRING, DYN))],
          ["capacity", mapOf(STRING, mapOf(STRING, parseType("kubernetes.Quantity")))],
        ]),
      },
    ],
  ]),
  library: kubernetesLibrary,
  binds: true,
};
