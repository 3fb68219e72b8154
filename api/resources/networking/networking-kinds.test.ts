import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../machinery/meta.ts";
import { resources } from "../index.ts";

function errorsOf(name: string, part: object): string[] {
  const kind = resources.find(({ group, kind }) => group === "networking.k8s.io" && kind === name);
  const draft = { metadata: { name: "x", namespace: "n" }, ...structuredClone(part) } as KubeObject;
  kind?.defaults?.(draft);
  const errors = [...(kind?.validate?.(draft) ?? []), ...(kind?.validateCreate?.(draft) ?? [])];
  return errors.map(({ path, message }) => `${path}: ${message}`);
}

const ingress = { ingressClassName: "a", defaultBackend: { resource: { kind: "K", name: "n" } } };

describe("what kinds of the network refuse", () => {
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
      "Ingress",
      { metadata: { name: "x", annotations: { "kubernetes.io/ingress.class": "b" } }, spec: ingress },
      [
        'annotations.kubernetes.io/ingress.class: Invalid value: "b": must match `ingressClassName` when both are specified',
      ],
    ],
  ])("%s %j", (kind, part, errors) => expect(errorsOf(kind, part)).toEqual(errors));
});
