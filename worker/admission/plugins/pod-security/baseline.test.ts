import { describe, expect, it } from "vitest";
import type { PodSpec } from "../../../../api/generated/core.v1.ts";
import { container, found, hardened, LATEST } from "../../../../test/fakes/admission/hardened-pod.ts";

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
