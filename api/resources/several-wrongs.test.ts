/** What kinds report of objects in which one wrong value makes others wrong, as kube-apiserver does. */
import { expect, test } from "vitest";
import { errorsOf } from "../../test/fakes/objects/kind-errors.ts";

const container = { name: "c", image: "i" };
const annotations = Array.from({ length: 21 }, (_, i) => ({ key: `k${i}`, valueExpression: "''" }));
const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
const daemons = (rollingUpdate: object) => ({
  spec: {
    selector: { matchLabels: { a: "b" } },
    template: { metadata: { labels: { a: "b" } }, spec: { containers: [container] } },
    updateStrategy: { type: "RollingUpdate", rollingUpdate },
  },
});

test.each<[string, object, string[]]>([
  [
    "Node",
    { spec: { podCIDRs: ["10.0.0.0/24", "x"] } },
    [
      'spec.podCIDRs[1]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      "spec.podCIDRs: Internal error: invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[1]: <nil> (invalid CIDR address: x)",
      'spec.podCIDRs: Invalid value: ["10.0.0.0/24","x"]: may specify no more than one CIDR for each IP family',
    ],
  ],
  [
    "Pod",
    {
      spec: {
        containers: [{ ...container, resources: { claims: [{ name: "x" }] } }],
        resourceClaims: [
          { name: "", resourceClaimName: "c" },
          { name: "b", resourceClaimName: "c" },
        ],
      },
    },
    [
      "spec.resourceClaims[0].name: Required value",
      'spec.containers[0].resources.claims[0]: Not found: "x": must be one of the names in pod.spec.resourceClaims: b',
    ],
  ],
  [
    "DaemonSet",
    daemons({ maxUnavailable: "1" }),
    [`spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "1": ${PERCENT}`],
  ],
  [
    "DaemonSet",
    daemons({ maxUnavailable: "x" }),
    [
      `spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "x": ${PERCENT}`,
      "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0",
    ],
  ],
  [
    "ValidatingAdmissionPolicy",
    {
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
        },
        variables: [{ name: "v", expression: "" }],
        validations: [{ expression: "variables.v" }],
        auditAnnotations: annotations,
      },
    },
    [
      "spec.variables[0].expression: Required value: expression is not specified",
      "spec.validations[0].expression: Invalid value: \"variables.v\": compilation failed: ERROR: <input>:1:10: undefined field 'v'\n | variables.v\n | .........^",
      `spec.auditAnnotations: Invalid value: [${annotations.map(({ key }) => `{"Key":"${key}","ValueExpression":"''"}`)}]: must not have more than 20 auditAnnotations`,
    ],
  ],
])("%s %j: %j", (kind, body, errors) => {
  expect(errorsOf(kind, body)).toEqual(errors);
});
