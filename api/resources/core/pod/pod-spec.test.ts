import { describe, expect, it } from "vitest";
import { inCpuTime } from "../../../../test/cpu-time.ts";
import type { Container, PodSpec } from "../../../generated/core.v1.ts";
import { defaultPodSpec } from "./defaults.ts";
import { validatePodSpec } from "./pod-spec.ts";
import { validatePodTemplateSpec } from "./pod-template.ts";
import { podWarnings } from "./warnings.ts";

const container: Container = { name: "c", image: "i" };

function errorsOf(part: Partial<PodSpec>): string[] {
  const spec = structuredClone({ containers: [container], ...part }) as PodSpec;
  defaultPodSpec(spec);
  return validatePodSpec(spec, "spec").map(({ path, message }) => `${path}: ${message}`);
}
const inContainer = (part: Partial<Container>) => errorsOf({ containers: [{ ...container, ...part }] });

describe("a pod's spec", () => {
  it("is valid with one container that has a name and an image", () => {
    expect(errorsOf({})).toEqual([]);
    expect(errorsOf({ containers: [] })).toEqual(["spec.containers: Required value"]);
  });

  it("for Windows refuses Linux fields, in Kubernetes' order", () => {
    const spec: Partial<PodSpec> = { os: { name: "windows" }, hostPID: true, shareProcessNamespace: false };
    const securityContext = { runAsUser: 1, seLinuxOptions: {}, sysctls: [] };
    expect(errorsOf({ ...spec, securityContext }).map((error) => error.split(": ")[0])).toEqual([
      "spec.securityContext.seLinuxOptions",
      "spec.hostPID",
      "spec.shareProcessNamespace",
      "spec.securityContext.runAsUser",
    ]);
  });

  it("refuses claims of a container that are not the pod's, or are named twice", () => {
    const resourceClaims = ["b", "a"].map((name) => ({ name, resourceClaimName: "x" }));
    const claims = [{ name: "a" }, { name: "a" }, { name: "b", request: "r" }, { name: "b" }, { name: "c" }];
    const errors = errorsOf({ resourceClaims, containers: [{ ...container, resources: { claims } }] });
    const at = "spec.containers[0].resources.claims";
    expect(errors).toEqual([
      `${at}[1]: Duplicate value: "a"`,
      `${at}[3]: Duplicate value: "b"`,
      `${at}[4]: Not found: "c": must be one of the names in pod.spec.resourceClaims: a, b`,
    ]);
  });

  it(
    "compares many claims of a container in a time that grows with their number only",
    inCpuTime(3000, () => {
      const claims = Array.from({ length: 20_000 }, (_, i) => ({ name: `c${i}` }));
      const resourceClaims = claims.map(({ name }) => ({ name, resourceClaimName: "x" }));
      expect(errorsOf({ resourceClaims, containers: [{ ...container, resources: { claims } }] })).toEqual([]);
      expect(
        errorsOf({
          resourceClaims,
          containers: [{ ...container, resources: { claims: claims.map(({ name }) => ({ name: `${name}-` })) } }],
        }),
      ).toHaveLength(20_000);
    }),
  );

  it("refuses probes of ephemeral containers, even empty ones", () => {
    const debug = { name: "d", image: "i", resources: {}, startupProbe: {}, resizePolicy: [] };
    expect(errorsOf({ ephemeralContainers: [debug] }).map((error) => error.split(": ")[0])).toEqual([
      "spec.ephemeralContainers[0].resizePolicy",
      "spec.ephemeralContainers[0].startupProbe",
    ]);
  });

  it("reports volumes before containers, and treats an invalid volume as missing", () => {
    const volumes = [{ name: "v", hostPath: { path: "" } }];
    const containers = [{ ...container, volumeMounts: [{ name: "v", mountPath: "/v" }] }];
    expect(errorsOf({ volumes, containers })).toEqual([
      "spec.volumes[0].hostPath.path: Required value",
      'spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ]);
  });

  it.each<[string, Partial<Container>, string[]]>([
    [
      "a request above its limit",
      { resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } },
      ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      "an extended resource without a limit",
      { resources: { requests: { "example.com/x": "1" } } },
      ["spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources"],
    ],
    [
      "huge pages in parts, but not none of them",
      {
        resources: {
          requests: { cpu: "1", "hugepages-1Gi": "0", "hugepages-2Mi": "3Mi" },
          limits: { cpu: "1", "hugepages-1Gi": "0", "hugepages-2Mi": "3Mi" },
        },
      },
      ["limits", "requests"].map(
        (where) =>
          `spec.containers[0].resources.${where}[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
      ),
    ],
    [
      "a variable from two places",
      {
        env: [
          { name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" }, secretKeyRef: { name: "s", key: "k" } } },
        ],
      },
      ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time'],
    ],
    [
      "a probe of two kinds",
      { livenessProbe: { exec: { command: ["x"] }, tcpSocket: { port: 1 } } },
      ["spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type"],
    ],
    [
      "a port twice on the host",
      {
        ports: [
          { containerPort: 1, hostPort: 9 },
          { containerPort: 2, hostPort: 9 },
        ],
      },
      ['spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//9"'],
    ],
  ])("refuses %s", (_, part, errors) => expect(inContainer(part)).toEqual(errors));

  it.each<[string, Partial<PodSpec>, string]>([
    ["a toleration of all with a value's operator", { tolerations: [{}] }, "spec.tolerations[0].operator"],
    [
      "an init container that restarts to be resized",
      {
        initContainers: [
          { name: "i", image: "i", resizePolicy: [{ resourceName: "cpu", restartPolicy: "RestartContainer" }] },
        ],
      },
      "spec.initContainers[0].resizePolicy[0].restartPolicy",
    ],
    ["a hostname beside the FQDN", { setHostnameAsFQDN: true, hostnameOverride: "a" }, "spec.hostnameOverride"],
    ["a hostname on the node's network", { hostNetwork: true, hostnameOverride: "a" }, "spec.hostnameOverride"],
    ["no name servers under dnsPolicy None", { dnsPolicy: "None", dnsConfig: {} }, "spec.dnsConfig.nameservers"],
    [
      "Windows options on Linux",
      { os: { name: "linux" }, securityContext: { windowsOptions: {} } },
      "spec.securityContext.windowsOptions",
    ],
    [
      "a volume of two types",
      { volumes: [{ name: "v", emptyDir: {}, secret: { secretName: "s" } }] },
      "spec.volumes[0].secret",
    ],
  ])("refuses %s", (_, part, path) => expect(errorsOf(part).map((error) => error.split(": ")[0])).toEqual([path]));

  it("allows probes only for init containers that are sidecars", () => {
    const probe = { livenessProbe: { tcpSocket: { port: 1 } } };
    const init = (part: Partial<Container>) =>
      errorsOf({ initContainers: [{ name: "i", image: "i", ...probe, ...part }] });
    expect(init({ restartPolicy: "Always" })).toEqual([]);
    expect(init({})).toEqual([
      "spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
    ]);
  });

  it("limits a template to the restart policies of its owner", () => {
    const spec: PodSpec = { containers: [{ ...container }], restartPolicy: "Never" };
    defaultPodSpec(spec);
    const errors = validatePodTemplateSpec({ spec }, "spec.template", { restartPolicies: ["Always"] });
    expect(errors).toMatchObject([{ path: "spec.template.spec.restartPolicy", reason: "FieldValueNotSupported" }]);
  });
});

describe("defaults", () => {
  it("are idempotent", () => {
    const spec: PodSpec = {
      containers: [{ ...container, livenessProbe: { httpGet: { port: 80 } }, resources: { limits: { cpu: "0.1" } } }],
      volumes: [{ name: "v" }, { name: "s", secret: { secretName: "s" } }],
    };
    defaultPodSpec(spec);
    const once = structuredClone(spec);
    defaultPodSpec(spec);
    expect(spec).toEqual(once);
    expect(spec.volumes?.[0]).toEqual({ name: "v", emptyDir: {} });
    expect(spec.containers[0]?.livenessProbe).toMatchObject({
      httpGet: { path: "/", scheme: "HTTP" },
      periodSeconds: 10,
    });
  });

  it.each([
    ["a", "Always"],
    ["a:latest", "Always"],
    ["a:1", "IfNotPresent"],
    ["registry.example.com:5000/a", "Always"],
    [`a@sha256:${"0".repeat(64)}`, "IfNotPresent"],
  ])("pull the image %s %s", (image, policy) => {
    const spec: PodSpec = { containers: [{ name: "c", image }] };
    defaultPodSpec(spec);
    expect(spec.containers[0]?.imagePullPolicy).toBe(policy);
  });
});

it("warns about selector terms that match no pod, non-canonical addresses, and duplicate ports", () => {
  const ports = [
    { containerPort: 80, protocol: "TCP", hostPort: 80 },
    { containerPort: 80, protocol: "TCP", hostPort: 80, hostIP: "10.0.0.1" },
  ];
  const affinity = {
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "k" }] },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: "k" } }],
    },
  };
  const spec = {
    containers: [{ ...container, ports }],
    affinity,
    dnsConfig: { nameservers: ["FD00::1"] },
    hostAliases: [{ ip: "010.0.0.1" }],
  };
  expect(podWarnings({ spec }, "").map((warning) => warning.split(": ").slice(0, 2))).toEqual([
    ["spec.containers[0].ports[1]", "dangerously ambiguous port definition with spec.containers[0].ports[0]"],
    [
      "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector",
      "a null labelSelector results in matching no pod",
    ],
    [
      "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector",
      "a null labelSelector results in matching no pod",
    ],
    ["spec.dnsConfig.nameservers[0]", 'IPv6 address "FD00::1" should be in RFC 5952 canonical format ("fd00::1")'],
    ["spec.hostAliases[0].ip", 'non-standard IP address "010.0.0.1" is invalid'],
  ]);
});

it("warns about hidden and overlapping fields", () => {
  const env = [
    { name: "A", value: "1" },
    { name: "A", value: "2" },
  ];
  const ports = [
    { containerPort: 80, protocol: "TCP", name: "web" },
    { containerPort: 80, protocol: "TCP", name: "web" },
  ];
  expect(podWarnings({ spec: { containers: [{ ...container, env, ports }] } }, "spec.template")).toEqual([
    'spec.template.spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    "spec.template.spec.containers[0].ports[1]: duplicate port definition with spec.template.spec.containers[0].ports[0]",
    'spec.template.spec.containers[0].ports[1]: duplicate port name "web" with spec.template.spec.containers[0].ports[0], services and probes that select ports by name will use spec.template.spec.containers[0].ports[0]',
  ]);
});

it("warns no more about pairs of ports than can be told", () => {
  const ports = Array.from({ length: 30_000 }, () => ({ containerPort: 80, protocol: "TCP" }));
  const warnings = podWarnings({ spec: { containers: [{ ...container, ports }] } }, "");
  expect(warnings[0]).toBe("spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]");
  expect(warnings.length).toBeLessThan(2000);
});
