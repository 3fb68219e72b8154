import { expect, it } from "vitest";
import { ClusterState } from "../cluster-state.ts";
import { violations } from "../history.ts";
import { history, made, type Step } from "../steps.ts";
import { rules } from "./index.ts";

const owning = (...managers: readonly string[]) => ({
  managedFields: managers.map((manager) => ({ manager, operation: "Apply", fieldsV1: { "f:data": { "f:a": {} } } })),
});

const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";
const GADGETS = "gadgets.walk.example.com";
const definition = (maximum: number, metadata: object = {}) => ({
  metadata: { name: GADGETS, uid: GADGETS, ...metadata },
  spec: {
    versions: [{ schema: { openAPIV3Schema: { properties: { spec: { properties: { size: { maximum } } } } } } }],
  },
});
const gadget = (spec: object, status?: object) =>
  made("g", { apiVersion: "walk.example.com/v1", spec, ...(status && { status }) });

const EVICTED = { type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" };
const REFUSING = { validations: [{ expression: "false" }] };

/** A policy for config maps, and its binding. */
function bound(type: "validating" | "mutating", rule: object, members: object): readonly Step[] {
  const resourceRules = [{ apiGroups: [""], resources: ["configmaps"], ...rule }];
  const metadata = { name: "p", uid: type };
  const named = (kind: string) => `${type}admission${kind}.admissionregistration.k8s.io`;
  return [
    ["ADDED", named("policies"), { metadata, spec: { matchConstraints: { resourceRules }, ...members } }],
    ["ADDED", named("policybindings"), { metadata: { ...metadata, uid: `${type}-b` }, spec: { policyName: "p" } }],
  ];
}

it.each<[what: string, problem: string, steps: readonly Step[]]>([
  [
    "a spec that changes without its generation",
    "its spec changed, and its generation did not",
    [
      ["ADDED", "ingresses.networking.k8s.io", made("a", { spec: { ingressClassName: "a" } }, { generation: 1 })],
      ["MODIFIED", "ingresses.networking.k8s.io", made("a", { spec: { ingressClassName: "b" } }, { generation: 1 })],
    ],
  ],
  [
    "a status that counts as a change of what is wanted",
    "its status alone changed, and its generation from 1 to 2",
    [
      ["ADDED", "ingresses.networking.k8s.io", made("a", { status: {} }, { generation: 1 })],
      ["MODIFIED", "ingresses.networking.k8s.io", made("a", { status: { loadBalancer: {} } }, { generation: 2 })],
    ],
  ],
  [
    "a manager without force who changes another's field",
    "polite changed a of other",
    [
      ["ADDED", "configmaps", made("a", { data: { a: "1" } }, owning("other"))],
      ["MODIFIED", "configmaps", made("a", { data: { a: "2" } }, owning("polite"))],
    ],
  ],
  [
    "a field that has changed, and still has other owners",
    "polite,other own a, which has changed",
    [
      ["ADDED", "configmaps", made("a", { data: { a: "1" } }, owning("polite"))],
      ["MODIFIED", "configmaps", made("a", { data: { a: "2" } }, owning("polite", "other"))],
    ],
  ],
  [
    "owners of a field that is not there",
    "other own a, which is not there",
    [["ADDED", "configmaps", made("a", {}, owning("other"))]],
  ],
  ["an object of a kind that is not defined", "its kind is not defined", [["ADDED", GADGETS, gadget({ size: 1 })]]],
  [
    "an object that is created while its definition is being deleted",
    "its definition was being deleted",
    [
      ["ADDED", DEFINITIONS, definition(5, { deletionTimestamp: "2026-01-01T00:00:00Z" })],
      ["ADDED", GADGETS, gadget({ size: 1 })],
    ],
  ],
  [
    "an object that outlives its definition",
    "g was still there",
    [
      ["ADDED", DEFINITIONS, definition(5)],
      ["ADDED", GADGETS, gadget({ size: 1 })],
      ["DELETED", DEFINITIONS, definition(5)],
    ],
  ],
  [
    "an object beyond its schema, but not one that was valid when it was written",
    "size is 4, and at most 3",
    [
      ["ADDED", DEFINITIONS, definition(5)],
      ["ADDED", GADGETS, gadget({ size: 5 })],
      ["MODIFIED", DEFINITIONS, definition(3)],
      ["MODIFIED", GADGETS, gadget({ size: 5, note: "a" })],
      ["MODIFIED", GADGETS, gadget({ size: 4, note: "a" })],
    ],
  ],
  [
    "a status that comes with a spec",
    "one request changed its spec and its status",
    [
      ["ADDED", DEFINITIONS, definition(5)],
      ["ADDED", GADGETS, gadget({ size: 1 })],
      ["MODIFIED", GADGETS, gadget({ size: 2 }, { replicas: 1 })],
    ],
  ],
  ...(
    [
      ["create", "CREATE", [["ADDED", "configmaps", made("a")]]],
      [
        "change",
        "UPDATE",
        [
          ["ADDED", "configmaps", made("a")],
          ["MODIFIED", "configmaps", made("a", { data: {} })],
        ],
      ],
      [
        "deletion",
        "DELETE",
        [
          ["ADDED", "configmaps", made("a")],
          ["DELETED", "configmaps", made("a")],
        ],
      ],
    ] as const
  ).map(
    ([what, operation, steps]) =>
      [
        `a ${what} that a policy refuses`,
        `policy p refuses a ${operation} of it`,
        [...bound("validating", { operations: [operation] }, REFUSING), ...steps],
      ] as [string, string, readonly Step[]],
  ),
  [
    "a binding that a policy refuses",
    "policy p refuses a CREATE of binding",
    [
      ...bound("validating", { operations: ["CREATE"], resources: ["pods/binding"] }, REFUSING),
      ["ADDED", "nodes", { metadata: { name: "n", uid: "n" }, spec: {}, status: { allocatable: { pods: "1" } } }],
      ["ADDED", "pods", made("a", { spec: { containers: [] }, status: {} })],
      ["MODIFIED", "pods", made("a", { spec: { containers: [], nodeName: "n" }, status: {} })],
    ],
  ],
  [
    "an object that a policy should have marked, but none that it might not apply to",
    "none of p has marked it",
    [
      ...bound("mutating", { operations: ["CREATE"] }, { paramKind: {} }),
      ["ADDED", "configmaps", made("c")],
      [
        "DELETED",
        "mutatingadmissionpolicies.admissionregistration.k8s.io",
        { metadata: { name: "p", uid: "mutating" } },
      ],
      [
        "DELETED",
        "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
        { metadata: { name: "p", uid: "mutating-b" } },
      ],
      ...bound("validating", { operations: ["CREATE"] }, { ...REFUSING, matchConditions: [{}] }),
      ...bound("mutating", { operations: ["CREATE"] }, {}),
      ["ADDED", "configmaps", made("a", {}, { labels: { "walk-mark": "p" } })],
      ["ADDED", "configmaps", made("b")],
    ],
  ],
  [
    "a write of a custom object without a change, unless the storage version has changed",
    "nothing has changed",
    [
      ["ADDED", DEFINITIONS, definition(9)],
      ["ADDED", GADGETS, gadget({ size: 1 })],
      ["MODIFIED", DEFINITIONS, definition(8)],
      ["MODIFIED", GADGETS, gadget({ size: 1 })],
      ["MODIFIED", GADGETS, gadget({ size: 1 })],
    ],
  ],
  [
    "a status that a policy refuses, and none in the condition of an eviction",
    "policy p refuses a UPDATE of status",
    [
      ...bound("validating", { operations: ["UPDATE"], resources: ["pods/status"] }, REFUSING),
      ["ADDED", "pods", made("a", { spec: {}, status: {} })],
      ["MODIFIED", "pods", made("a", { spec: {}, status: { conditions: [EVICTED] } })],
      ["MODIFIED", "pods", made("a", { spec: {}, status: { conditions: [EVICTED], phase: "Running" } })],
    ],
  ],
])("finds %s", (_, problem, steps) => {
  const found = violations(new ClusterState(), history(steps), { rules });
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(problem);
});
