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
    [
      "hosts of every probe and hook",
      {
        containers: [
          container({}, { readinessProbe: { tcpSocket: { port: 1, host: "b" } } }),
          container({}, { name: "d", startupProbe: { httpGet: { port: 1, host: "a" } } }),
          container({}, { name: "e", lifecycle: { postStart: { tcpSocket: { port: 1, host: "c" } } } }),
          container({}, { name: "f", lifecycle: { preStop: { httpGet: { port: 1, host: "a" } } } }),
          container(
            {},
            { name: "g", livenessProbe: { httpGet: { port: 1 } }, readinessProbe: { tcpSocket: { port: 1 } } },
          ),
        ],
      },
      'probe or lifecycle host (containers "c", "d", "e", "f" use probe or lifecycle hosts "a", "b", "c")',
    ],
    [
      "only the capabilities that are too many",
      {
        containers: [container({ capabilities: { add: ["SYS_ADMIN", "CHOWN", "NET_RAW"] } })],
        initContainers: [container({ capabilities: { add: ["KILL"], drop: ["NET_RAW"] } }, { name: "i" })],
      },
      'non-default capabilities (container "c" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      "only the volumes of the host",
      {
        containers: [container()],
        volumes: [
          { name: "a", hostPath: { path: "/" } },
          { name: "b", emptyDir: {} },
        ],
      },
      'hostPath volumes (volume "a")',
    ],
    [
      "only the types of /proc that are not the default",
      { containers: [container({ procMount: "Unmasked" }), container({ procMount: "Default" }, { name: "d" })] },
      'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      "profiles that confine nothing",
      {
        containers: [
          container({ appArmorProfile: { type: "Unconfined" }, seccompProfile: { type: "Unconfined" } }),
          container({ appArmorProfile: { type: "Localhost" }, seccompProfile: { type: "Localhost" } }, { name: "d" }),
        ],
        securityContext: { appArmorProfile: { type: "RuntimeDefault" }, seccompProfile: { type: "Unconfined" } },
      },
      'forbidden AppArmor profile (container "c" must not set AppArmor profile type to "Unconfined"), ' +
        'seccompProfile (pod and container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      "users of SELinux, though the type is allowed",
      { containers: [container({ seLinuxOptions: { type: "container_t", user: "u" } })] },
      'seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: user may not be set)',
    ],
    [
      "roles of SELinux, whatever the type",
      { containers: [container()], securityContext: { seLinuxOptions: { role: "r" } } },
      "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: role may not be set)",
    ],
    [
      "types of SELinux alone",
      { containers: [container({ seLinuxOptions: { type: "a_t" } }), container({ seLinuxOptions: { type: "b_t" } })] },
      'seLinuxOptions (containers "c", "c" set forbidden securityContext.seLinuxOptions: types "a_t", "b_t")',
    ],
    [
      "containers for debugging, too",
      { containers: [container()], ephemeralContainers: [container({ privileged: true }, { name: "debug" })] },
      'privileged (container "debug" must not set securityContext.privileged=true)',
    ],
    ["no SELinux options that are empty", { containers: [container({ seLinuxOptions: {} })] }, ""],
    [
      "processes of a Windows host",
      {
        containers: [container({ windowsOptions: { hostProcess: true } })],
        securityContext: { windowsOptions: { hostProcess: false } },
      },
      'hostProcess (container "c" must not set securityContext.windowsOptions.hostProcess=true)',
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

  it("allows the profiles of annotations that confine, and other annotations", () => {
    const key = "container.apparmor.security.beta.kubernetes.io/";
    const annotations = {
      [`${key}a`]: "runtime/default",
      [`${key}b`]: "localhost/p",
      [`${key}c`]: "",
      other: "unconfined",
    };
    expect(found(hardened(), "baseline", LATEST, annotations)).toBe("");
    expect(found(hardened(), "baseline", LATEST, { ...annotations, [`${key}d`]: "unconfined" })).toContain(
      "annotation ",
    );
  });

  it.each([
    ["pod", "unconfined", false],
    ["pod", "runtime/default", true],
    ["container.c", "localhost/p", true],
    ["container.c", "docker/default", true],
    ["container.c", "", false],
    ["container.other", "unconfined", true],
  ])("in v1.18 allows the seccomp annotation of %s to be %j: %s", (of, value, allowed) => {
    const key =
      of === "pod"
        ? "seccomp.security.alpha.kubernetes.io/pod"
        : `container.seccomp.security.alpha.kubernetes.io/${of.slice("container.".length)}`;
    expect(found(hardened(), "baseline", 18, { [key]: value }) === "").toBe(allowed);
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

  it.each<[string, Container["securityContext"], string]>([
    [
      "capabilities that are added",
      { ...HARDENED, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE", "CHOWN"] } },
      'unrestricted capabilities (container "c" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    ["none that a web server needs", { ...HARDENED, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }, ""],
    [
      "capabilities that are kept",
      { ...HARDENED, capabilities: { drop: ["NET_RAW"] } },
      'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"])',
    ],
  ])("reports %s", (_, securityContext, text) => {
    expect(found(hardened({ containers: [container(securityContext)] }), "restricted")).toBe(text);
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

  it.each<[string, PodSpec["securityContext"], Container["securityContext"], number, string]>([
    ["by the pod", { runAsNonRoot: true }, {}, 18, ""],
    ["by the container", {}, { runAsNonRoot: true }, 18, ""],
    [
      "by neither",
      {},
      {},
      18,
      'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
    ],
    [
      "though the pod does not",
      { runAsNonRoot: false },
      { runAsNonRoot: true },
      18,
      "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)",
    ],
    [
      "though the container does not",
      { runAsNonRoot: true },
      { runAsNonRoot: false },
      18,
      'runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false)',
    ],
    [
      "as the user 0",
      { runAsNonRoot: true, runAsUser: 0, seccompProfile: { type: "Localhost" } },
      HARDENED,
      23,
      "runAsUser=0 (pod must not set runAsUser=0)",
    ],
    [
      "seccomp by the container",
      { runAsNonRoot: true },
      { ...HARDENED, seccompProfile: { type: "RuntimeDefault" } },
      19,
      "",
    ],
    [
      "seccomp by neither",
      { runAsNonRoot: true },
      HARDENED,
      19,
      'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    [
      "seccomp by one that has none",
      { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      { ...HARDENED, seccompProfile: { type: "Unconfined" } },
      19,
      'seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
  ])("requires a user that is not root, and seccomp: %s", (_, securityContext, ofContainer, minor, text) => {
    const spec = {
      containers: [container({ allowPrivilegeEscalation: false, ...ofContainer })],
      securityContext: securityContext ?? {},
    };
    expect(found(spec, "restricted", minor)).toBe(text);
  });

  it.each<[number, boolean]>([
    [34, false],
    [35, true],
  ])("allows in v1.%i root in a user namespace: %s", (minor, allowed) => {
    const securityContext = { runAsUser: 0, seccompProfile: { type: "RuntimeDefault" } };
    expect(found(hardened({ hostUsers: false, securityContext }), "restricted", minor) === "").toBe(allowed);
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

  const label = (name: string) => `pod-security.kubernetes.io/${name}`;
  it.each<[Record<string, string>, string, string, number]>([
    [{}, "privileged:latest", "privileged:latest", 0],
    [{ enforce: "baseline" }, "baseline:latest", "baseline:latest", 0],
    [{ enforce: "baseline", "warn-version": "v1.20" }, "baseline:latest", "baseline:v1.20", 0],
    [{ enforce: "baseline", "enforce-version": "v1.20", warn: "privileged" }, "baseline:v1.20", "privileged:latest", 0],
    [{ warn: "restricted", "warn-version": "latest" }, "privileged:latest", "restricted:latest", 0],
    [{ warn: "strict" }, "privileged:latest", "privileged:latest", 1],
    [{ enforce: "baseline", "enforce-version": "v1.020" }, "baseline:latest", "baseline:latest", 1],
    [{ enforce: "baseline", "enforce-version": "v2.0" }, "baseline:latest", "baseline:latest", 1],
  ])("%j enforce %s, and warn at %s, with %i errors", (labels, enforce, warn, count) => {
    const { policy, errors } = parsePolicy(
      Object.fromEntries(Object.entries(labels).map(([name, value]) => [label(name), value])),
    );
    expect([textOf(policy.enforce), textOf(policy.warn), errors.length]).toEqual([enforce, warn, count]);
  });
});
