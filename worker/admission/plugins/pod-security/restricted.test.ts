import { describe, expect, it } from "vitest";
import type { Container, PodSpec } from "../../../../api/generated/core.v1.ts";
import { container, found, HARDENED, hardened } from "../../../../test/fakes/admission/hardened-pod.ts";
import { reasonOf, violationsOf } from "./evaluate.ts";
import type { Level } from "./policy.ts";

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
