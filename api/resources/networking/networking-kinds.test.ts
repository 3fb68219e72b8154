import { describe, expect, it } from "vitest";
import { errorsOf } from "../../../test/fakes/objects/kind-errors.ts";

const ingress = { ingressClassName: "a", defaultBackend: { resource: { kind: "K", name: "n" } } };

describe("validation errors of networking kinds", () => {
  it.each<[string, object, string[]]>([
    [
      "NetworkPolicy",
      { spec: { podSelector: {}, ingress: [{ ports: [{ port: 9, endPort: 8 }] }] } },
      ["spec.ingress[0].ports[0].endPort: Invalid value: 9: must be greater than or equal to `port`"],
    ],
    [
      "NetworkPolicy",
      { spec: { podSelector: {}, policyTypes: ["Both"] } },
      ['spec.policyTypes[0]: Unsupported value: "Both": supported values: "Ingress", "Egress"'],
    ],
    [
      "NetworkPolicy",
      { spec: { podSelector: {}, ingress: [{ ports: [{ port: "http", endPort: 8 }] }] } },
      ["spec.ingress[0].ports[0].endPort: Invalid value: 8: may not be specified when `port` is non-numeric"],
    ],
    [
      "NetworkPolicy",
      { spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr: "10.0.0.1/8", except: ["11.0.0.0/16"] } }] }] } },
      [
        'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
        'spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
      ],
    ],
    [
      "ServiceCIDR",
      { spec: { cidrs: ["10.0.0.1/8", "10.1.0.0/16"] } },
      [
        'spec.cidrs[0]: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
        'spec.cidrs: Invalid value: ["10.0.0.1/8","10.1.0.0/16"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
      ],
    ],
    [
      "IngressClass",
      { spec: { controller: "a.b/c", parameters: { kind: "K", name: "n", scope: "" } } },
      ['spec.parameters.scope: Unsupported value: "": supported values: "Cluster", "Namespace"'],
    ],
    [
      "Ingress",
      { spec: { rules: [{ http: { paths: [{ path: "x", backend: {} }] } }] } },
      ["spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"],
    ],
    ["Ingress", { spec: { defaultBackend: { service: { name: "1abc", port: { number: 80 } } } } }, []],
    [
      "Ingress",
      { metadata: { name: "x", annotations: { "kubernetes.io/ingress.class": "b" } }, spec: ingress },
      [
        'annotations.kubernetes.io/ingress.class: Invalid value: "b": must match `ingressClassName` when both are specified',
      ],
    ],
  ])("a %s of %j has the errors %j", (kind, part, errors) => expect(errorsOf(kind, part)).toEqual(errors));
});
