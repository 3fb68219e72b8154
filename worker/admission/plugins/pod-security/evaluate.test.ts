import { describe, expect, it } from "vitest";
import type { Container, PodSpec } from "../../../../api/generated/core.v1.ts";
import { detailOf, reasonOf, violationsOf } from "./evaluate.ts";
import { type Level, parsePolicy, textOf } from "./policy.ts";

const LATEST = Number.POSITIVE_INFINITY;
const HARDENED: Container["securityContext"] = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const container = (securityContext: Container["securityContext"] = {}, more: Partial<Container> = {}): Container => ({
  name: "c",
  image: "i",
  securityContext,
  ...more,
});
const hardened = (spec: Partial<PodSpec> = {}): PodSpec => ({
  containers: [container(HARDENED)],
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  ...spec,
});
const found = (spec: PodSpec, level: Level, minor = LATEST, annotations: Record<string, string> = {}) =>
  detailOf(violationsOf({ metadata: { name: "p", annotations }, spec }, { level, minor }));

describe("the baseline level", () => {
  it.each<[string, PodSpec, string]>([
    [
      "several containers in one text",
      { containers: [container({ privileged: true }), container({ privileged: true }, { name: "d" })] },
      'privileged (containers "c", "d" must not set securityContext.privileged=true)',
    ],
    [
      "init containers first",
      {
        initContainers: [container({ procMount: "Unmasked" }, { name: "z" })],
        containers: [container({ procMount: "Unmasked" })],
      },
      'procMount (containers "z", "c" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      "host ports in order",
      {
        containers: [
          container(
            {},
            {
              ports: [
                { containerPort: 1, hostPort: 20 },
                { containerPort: 2, hostPort: 10 },
              ],
            },
          ),
        ],
      },
      'hostPort (container "c" uses hostPorts 10, 20)',
    ],
    [
      "what pod and containers set together",
      {
        containers: [container({ seLinuxOptions: { type: "spc_t", role: "r" } })],
        securityContext: { seLinuxOptions: { user: "u" } },
      },
      'seLinuxOptions (pod and container "c" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)',
    ],
    [
      "hosts of probes",
      { containers: [container({}, { livenessProbe: { httpGet: { port: 1, host: "10.0.0.1" } } })] },
      'probe or lifecycle host (container "c" uses probe or lifecycle host "10.0.0.1")',
    ],
  ])("reports %s", (_, spec, text) => {
    expect(found(spec, "baseline")).toBe(text);
  });

  it("quotes annotations unchanged", () => {
    const annotations = { "container.apparmor.security.beta.kubernetes.io/c": "unconfined" };
    expect(found(hardened(), "baseline", LATEST, annotations)).toBe(
      'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/c="unconfined"")',
    );
  });

  it("checks deprecated annotations in old versions only", () => {
    const annotations = { "seccomp.security.alpha.kubernetes.io/pod": "unconfined" };
    expect(found(hardened(), "baseline", 18, annotations)).toBe(
      'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
    );
    expect(found(hardened(), "baseline", 19, annotations)).toBe("");
  });

  it.each([
    [26, "net.ipv4.ip_local_reserved_ports", false],
    [27, "net.ipv4.ip_local_reserved_ports", true],
    [31, "net.ipv4.tcp_rmem", false],
    [32, "net.ipv4.tcp_rmem", true],
  ])("in v1.%i allows the sysctl %s: %s", (minor, name, allowed) => {
    const spec = hardened({ securityContext: { sysctls: [{ name, value: "1" }] } });
    expect(found(spec, "baseline", minor)).toBe(allowed ? "" : `forbidden sysctls (${name})`);
  });
});

describe("the restricted level", () => {
  it("allows a hardened pod", () => {
    expect(found(hardened(), "restricted")).toBe("");
  });

  it("reports its own check instead of the weaker baseline check", () => {
    const volumes = [{ name: "h", hostPath: { path: "/" } }];
    expect(found(hardened({ volumes }), "restricted")).toBe(
      'restricted volume types (volume "h" uses restricted volume type "hostPath")',
    );
  });

  it("allows image volumes", () => {
    expect(found(hardened({ volumes: [{ name: "i", image: { reference: "r" } }] }), "restricted")).toBe("");
  });

  it.each<[Level, number, boolean]>([
    ["baseline", 34, false],
    ["baseline", 35, true],
    ["restricted", 34, false],
    ["restricted", 35, false],
  ])("%s, in v1.%i, allows unmasked /proc in a user namespace: %s", (level, minor, allowed) => {
    const spec = hardened({ hostUsers: false, containers: [container({ ...HARDENED, procMount: "Unmasked" })] });
    expect(found(spec, level, minor)).toBe(
      allowed ? "" : 'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
    );
  });

  it("requires no Linux-only fields of Windows pods from 1.25 on", () => {
    const spec: PodSpec = {
      containers: [container()],
      os: { name: "windows" },
      securityContext: { runAsNonRoot: true },
    };
    expect(found(spec, "restricted", 25)).toBe("");
    expect(found(spec, "restricted", 24)).toContain("allowPrivilegeEscalation != false");
  });

  it("reports baseline checks first", () => {
    const violations = violationsOf(
      { metadata: {}, spec: { containers: [container()], hostPID: true } },
      { level: "restricted", minor: 25 },
    );
    expect(reasonOf(violations)).toBe(
      "host namespaces, allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile",
    );
  });
});

describe("a namespace's pod security labels", () => {
  it("warn at the enforced level if there is no warn label", () => {
    const { policy } = parsePolicy({
      "pod-security.kubernetes.io/enforce": "baseline",
      "pod-security.kubernetes.io/enforce-version": "v1.30",
    });
    expect(textOf(policy.warn)).toBe("baseline:v1.30");
    expect(textOf(policy.audit)).toBe("privileged:latest");
  });

  it("enforce the strictest level if the label is invalid", () => {
    const { policy, errors } = parsePolicy({ "pod-security.kubernetes.io/enforce": "superstrict" });
    expect(textOf(policy.enforce)).toBe("restricted:latest");
    expect(errors).toHaveLength(1);
  });
});
