import { describe, expect, it } from "vitest";
import type { Service } from "../../generated/core.v1.ts";
import type { ResourceDefinition } from "../resource.ts";
import { dualStackService, service as resource } from "./service.ts";

const kind = resource as unknown as ResourceDefinition<Service>;

function serviceOf(spec: Service["spec"]): Service {
  const draft: Service = { metadata: { name: "s", namespace: "n" }, spec: structuredClone(spec), status: {} };
  kind.defaults?.(draft);
  return draft;
}

function created(spec: Service["spec"]): { spec: Service["spec"]; errors: (string | undefined)[] } {
  const draft = serviceOf(spec);
  kind.prepareCreate?.(draft);
  const refused = kind
    .unallocatable?.(draft, { dryRun: false })
    ?.details?.causes?.map(({ field, message }) => `${field}: ${message}`);
  const errors = refused ?? (kind.validate?.(draft) ?? []).map(({ path, message }) => `${path}: ${message}`);
  return { spec: draft.spec, errors };
}

const ports = [{ port: 80 }];

describe("a new Service", () => {
  it("gets the cluster's IP family", () => {
    expect(created({ ports }).spec).toMatchObject({
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      type: "ClusterIP",
    });
  });

  it("allows any IP family without a selector and an address", () => {
    expect(created({ clusterIP: "None" }).spec).toMatchObject({
      ipFamilies: ["IPv4", "IPv6"],
      ipFamilyPolicy: "RequireDualStack",
    });
  });

  it.each<[Service["spec"], string[]]>([
    [{ ports, ipFamilies: ["IPv6"] }, ['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster']],
    [
      { ports, ipFamilyPolicy: "RequireDualStack" },
      [
        'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
      ],
    ],
    [
      { ports: [{ port: 80, nodePort: 80 }], type: "NodePort", sessionAffinity: "Odd" },
      [
        "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767",
      ],
    ],
    [
      {
        ports: [
          { name: "a", port: 80, nodePort: 30_000 },
          { name: "b", port: 81, nodePort: 30_000, protocol: "UDP" },
        ],
        type: "NodePort",
      },
      ["spec.ports[1].nodePort: Invalid value: 30000: provided port is already allocated"],
    ],
    [
      {
        ports: [
          { name: "a", port: 80, nodePort: 30_000 },
          { name: "b", port: 80, nodePort: 30_000, protocol: "UDP" },
        ],
        type: "NodePort",
      },
      [],
    ],
    [
      {
        ports: [
          { name: "a", port: 80, nodePort: 30_000 },
          { name: "b", port: 80, nodePort: 30_000 },
        ],
        type: "NodePort",
      },
      [
        "spec.ports[1].nodePort: Duplicate value: 30000",
        'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
      ],
    ],
    [{ ports: [] }, ["spec.ports: Required value"]],
    [{ ports, type: "ExternalName" }, ["spec.externalName: Required value"]],
    [
      { ports, clusterIPs: ["10.0.0.1"] },
      ['spec.clusterIPs: Invalid value: ["10.0.0.1"]: must be empty when `clusterIP` is not specified'],
    ],
  ])("is refused: %j", (spec, errors) => expect(created(spec).errors).toEqual(errors));
});

describe("an update", () => {
  const old = serviceOf({
    ports: [{ port: 80, nodePort: 30080 }],
    type: "NodePort",
    clusterIP: "10.96.0.9",
    clusterIPs: ["10.96.0.9"],
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
  });
  const updated = (spec: Service["spec"]) => {
    const next = serviceOf(spec);
    kind.prepareUpdate?.(next, old);
    return next;
  };

  it("keeps allocated values, even if the client omits them", () => {
    expect(updated({ ports, type: "NodePort" }).spec).toMatchObject({
      clusterIP: "10.96.0.9",
      clusterIPs: ["10.96.0.9"],
      ports: [{ port: 80, nodePort: 30080 }],
    });
  });

  it.each([
    ["its name is the same", [{ port: 81 }], [30080]],
    ["another name has come", [{ name: "b", port: 80 }], [undefined]],
    ["another port has taken it", [{ port: 81 }, { name: "b", port: 80, nodePort: 30080 }], [undefined, 30080]],
  ])("keeps a port's node port by the port's name: %s", (_, changed, expected) => {
    const { spec } = updated({ ports: changed, type: "NodePort" });
    expect(spec.ports?.map(({ nodePort }) => nodePort)).toEqual(expected);
  });

  it("REG-NODE-PORTS: keeps existing node ports when allocation is turned off, and drops them with the type", () => {
    const balancer = serviceOf({ ...old.spec, type: "LoadBalancer", allocateLoadBalancerNodePorts: true });
    const changed = (spec: Partial<Service["spec"]>) => {
      const next = serviceOf({ ...balancer.spec, ...spec });
      kind.prepareUpdate?.(next, balancer);
      return next.spec.ports;
    };
    expect(changed({ allocateLoadBalancerNodePorts: false })).toMatchObject([{ port: 80, nodePort: 30080 }]);
    expect(changed({ type: "ClusterIP" })).toEqual([expect.not.objectContaining({ nodePort: 30080 })]);
    // Also if the same write removes all others, but not if it asks for another.
    expect(changed({ type: "ClusterIP", ports: [] })).toEqual([]);
    expect(changed({ type: "ClusterIP", ports: [{ port: 80, nodePort: 30081 }] })).toMatchObject([{ nodePort: 30081 }]);
  });

  it("REG-NODE-PORTS: loses its node ports with the type, also if the same write removes a port", () => {
    const two = serviceOf({
      ...old.spec,
      ports: [...(old.spec.ports ?? []), { name: "b", port: 81, nodePort: 30081 }],
    });
    const next = serviceOf({ ...two.spec, type: "ClusterIP", ports: (two.spec.ports ?? []).slice(0, 1) });
    kind.prepareUpdate?.(next, two);
    expect(next.spec.ports).toEqual([expect.not.objectContaining({ nodePort: 30080 })]);
  });

  it("to ExternalName drops addresses, families and node ports", () => {
    const { spec } = updated({ ...old.spec, type: "ExternalName", externalName: "a.example.com" });
    expect(spec).toMatchObject({ ports: [{ port: 80 }] });
    for (const field of [
      "clusterIP",
      "clusterIPs",
      "ipFamilies",
      "externalTrafficPolicy",
      "internalTrafficPolicy",
    ] as const)
      expect(spec[field]).toBeUndefined();
    expect(spec.ports?.[0]?.nodePort).toBeUndefined();
  });

  it("to ExternalName drops families, even if the client itself removes the addresses", () => {
    const { clusterIP: _, clusterIPs: __, ...rest } = old.spec;
    const { spec } = updated({ ...rest, type: "ExternalName", externalName: "a.example.com", clusterIP: "" });
    expect([spec.ipFamilies, spec.ipFamilyPolicy]).toEqual([undefined, undefined]);
  });

  it("cannot change the cluster IP", () => {
    const next = updated({ ports, type: "NodePort", clusterIP: "10.96.0.10" });
    expect(kind.validateUpdate?.(next, old)).toMatchObject([
      { path: "spec.clusterIPs[0]", message: 'Invalid value: ["10.96.0.10"]: may not change once set' },
    ]);
  });
});

describe("in a dual-stack cluster", () => {
  const made = (spec: Service["spec"]) => {
    const draft = serviceOf({ ports: [{ port: 80 }], ...spec });
    dualStackService.prepareCreate?.(draft);
    return [
      draft.spec.ipFamilyPolicy,
      draft.spec.ipFamilies,
      dualStackService.unallocatable?.(draft, { dryRun: false })?.details?.causes?.length ?? 0,
    ];
  };

  it.each([
    [{}, ["SingleStack", ["IPv4"], 0]],
    [{ ipFamilyPolicy: "PreferDualStack" }, ["PreferDualStack", ["IPv4", "IPv6"], 0]],
    [{ ipFamilyPolicy: "RequireDualStack" }, ["RequireDualStack", ["IPv4", "IPv6"], 0]],
    [{ ipFamilyPolicy: "RequireDualStack", ipFamilies: ["IPv6"] }, ["RequireDualStack", ["IPv6", "IPv4"], 0]],
    [{ ipFamilies: ["IPv6"] }, ["SingleStack", ["IPv6"], 0]],
    [{ ipFamilies: ["IPv4", "IPv6"] }, [undefined, ["IPv4", "IPv6"], 1]],
  ])("%o gets %o", (spec, expected) => expect(made(spec)).toEqual(expected));

  it("a Service that returns to single-stack releases its second address", () => {
    const old = serviceOf({
      ports: [{ port: 80 }],
      clusterIP: "10.96.0.9",
      clusterIPs: ["10.96.0.9", "fd00::9"],
      ipFamilies: ["IPv4", "IPv6"],
      ipFamilyPolicy: "PreferDualStack",
    });
    const next = serviceOf({ ...old.spec, ipFamilyPolicy: "SingleStack" });
    dualStackService.prepareUpdate?.(next, old);
    expect([next.spec.clusterIPs, next.spec.ipFamilies]).toEqual([["10.96.0.9"], ["IPv4"]]);
    expect(dualStackService.validateUpdate?.(next, old)).toEqual([]);
  });
});
