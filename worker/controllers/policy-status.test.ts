import { expect, it } from "vitest";
import type { ValidatingAdmissionPolicy } from "../../api/generated/admissionregistration.v1.ts";
import { controlledCluster } from "../../test/fakes/controllers/controlled-cluster.ts";
import { policyStatusController } from "./policy-status.ts";

const RESOURCE = "validatingadmissionpolicies.admissionregistration.k8s.io";
const policy = (
  spec: Partial<ValidatingAdmissionPolicy["spec"]>,
  plural = "deployments",
): ValidatingAdmissionPolicy => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicy",
  metadata: { name: "p" },
  spec: {
    matchConstraints: {
      resourceRules: [{ apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE"], resources: [plural] }],
    },
    ...spec,
  },
  status: {},
});

async function statusOf(object: ValidatingAdmissionPolicy) {
  const at = controlledCluster([policyStatusController]);
  at.cluster.put(RESOURCE, object);
  await at.settle();
  expect(at.complaints).toEqual([]);
  return at.cluster.get<ValidatingAdmissionPolicy>(RESOURCE, "", "p")?.status;
}

it.each<[string, ValidatingAdmissionPolicy]>([
  ["expressions that fit", policy({ validations: [{ expression: "object.spec.replicas < 5" }] })],
  [
    "variables by their types",
    policy({
      variables: [{ name: "image", expression: "object.spec.template.spec.containers[0].image" }],
      validations: [{ expression: "variables.image.startsWith('a')" }],
    }),
  ],
  [
    "parameters of a kind that is not there",
    policy({
      paramKind: { apiVersion: "rules.example.com/v1", kind: "Limit" },
      validations: [{ expression: "object.spec.replicas <= params.spec.most" }],
    }),
  ],
  ["labels and quantities", policy({ validations: [{ expression: "object.metadata.labels['a'] == 'b'" }] })],
  ["every kind by wildcard", policy({ validations: [{ expression: "object.spec.nothing" }] }, "*")],
])("type checking reports no warnings for %s", async (_, object) => {
  expect(await statusOf(object)).toEqual({ observedGeneration: 1, typeChecking: {} });
});

it("each expression gets a warning for each kind with a type error", async () => {
  const object = policy({
    matchConstraints: {
      resourceRules: [
        { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["*"], resources: ["deployments", "daemonsets"] },
      ],
    },
    validations: [{ expression: "object.spec.replicas > 1", messageExpression: "object.spec.replicas + 'x'" }],
  });
  expect((await statusOf(object))?.typeChecking?.expressionWarnings).toEqual([
    {
      fieldRef: "spec.validations[0].expression",
      warning:
        "apps/v1, Kind=DaemonSet: ERROR: <input>:1:12: undefined field 'replicas'\n | object.spec.replicas > 1\n | ...........^\n",
    },
    {
      fieldRef: "spec.validations[0].messageExpression",
      warning: [
        "apps/v1, Kind=DaemonSet: ERROR: <input>:1:12: undefined field 'replicas'\n | object.spec.replicas + 'x'\n | ...........^\n",
        "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_+_' applied to '(int, string)'\n | object.spec.replicas + 'x'\n | .....................^\n",
      ].join("\n"),
    },
  ]);
});

it("a rule for a resource of the core group is checked against kinds of that name in all groups", async () => {
  const object = policy({
    matchConstraints: {
      resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["*"], resources: ["events"] }],
    },
    validations: [{ expression: "object.reason > 1" }],
  });
  const [found] = (await statusOf(object))?.typeChecking?.expressionWarnings ?? [];
  expect(found?.warning.match(/^.*Kind=\w+/gm)).toEqual(["/v1, Kind=Event", "events.k8s.io/v1, Kind=Event"]);
});
