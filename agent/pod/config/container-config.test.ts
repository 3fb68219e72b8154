import { describe, expect, it } from "vitest";
import type { Container, Pod, Volume } from "../../../api/generated/core.v1.ts";
import { type ContainerInput, containerConfig, type SandboxInput, sandboxConfig } from "./container-config.ts";

const podOf = (spec: Partial<Pod["spec"]> = {}, metadata: Partial<Pod["metadata"]> = {}): Pod => ({
  metadata: { namespace: "ns", name: "p", uid: "u", ...metadata },
  spec: { containers: [{ name: "c" }], ...spec },
  status: {},
});

const sandboxOf = (pod: Pod, more: Partial<SandboxInput> = {}) =>
  sandboxConfig({
    pod,
    attempt: 0,
    hostname: { hostname: "p", domain: "" },
    logDirectory: "/logs",
    dns: { servers: [], searches: [], options: [] },
    handler: "",
    cgroupParent: "/kubepods/podu",
    ...more,
  });

describe("the sandbox configuration of a pod", () => {
  it("AGENT-SECCOMP: has the runtime's seccomp profile, whatever that of the pod", () => {
    const seccompProfile = { type: "Localhost", localhostProfile: "narrow.json" };
    expect(sandboxOf(podOf({ securityContext: { seccompProfile } })).seccomp.type).toBe("RuntimeDefault");
  });

  it("has its host ports, unless the pod uses the host network", () => {
    const containers: Container[] = [
      { name: "c", ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 0 }] },
      { name: "d", ports: [{ containerPort: 53, hostPort: 5353, protocol: "UDP", hostIP: "127.0.0.1" }] },
    ];
    expect(sandboxOf(podOf({ containers })).portMappings).toEqual([
      { protocol: "UDP", containerPort: 53, hostPort: 5353, hostIP: "127.0.0.1" },
    ]);
    const { portMappings, network, hostname } = sandboxOf(podOf({ containers, hostNetwork: true }));
    expect([portMappings, network, hostname]).toEqual([[], "node", ""]);
  });

  it("has labels and annotations, with identity labels that the pod cannot override", () => {
    const { labels, annotations } = sandboxOf(
      podOf({}, { labels: { app: "x", "io.kubernetes.pod.uid": "other" }, annotations: { a: "b" } }),
    );
    expect(labels).toEqual({
      app: "x",
      "io.kubernetes.pod.name": "p",
      "io.kubernetes.pod.namespace": "ns",
      "io.kubernetes.pod.uid": "u",
    });
    expect(annotations).toEqual({ a: "b" });
  });

  it("has sysctls by their kernel names, supplemental groups and the privileged flag", () => {
    const { sysctls, supplementalGroups, privileged } = sandboxOf(
      podOf({
        containers: [{ name: "c" }, { name: "d", securityContext: { privileged: true } }],
        securityContext: {
          sysctls: [
            { name: "net/core/somaxconn", value: "1" },
            { name: "kernel.shm_rmid_forced", value: "0" },
          ],
          supplementalGroups: [1, 2],
          fsGroup: 3,
        },
      }),
    );
    expect(sysctls).toEqual({ "net.core.somaxconn": "1", "kernel.shm_rmid_forced": "0" });
    expect([supplementalGroups, privileged]).toEqual([[1, 2, 3], true]);
  });

  it.each(["containers", "initContainers", "ephemeralContainers"])("is privileged if one of the %s is", (list) => {
    const privileged = { name: "d", securityContext: { privileged: true } };
    expect(sandboxOf(podOf({ containers: [{ name: "c" }], [list]: [privileged] })).privileged).toBe(true);
    expect(sandboxOf(podOf({ containers: [{ name: "c" }], [list]: [{ name: "d" }] })).privileged).toBe(false);
  });
});

const NOTHING = { devices: [], mounts: [], env: {}, annotations: {}, cdiDevices: [] };

const configOf = (
  container: Partial<Container>,
  spec: Partial<Pod["spec"]> = {},
  more: Partial<ContainerInput> = {},
) => {
  const own: Container = { name: "c", image: "img", ...container };
  return containerConfig({
    pod: podOf({ containers: [own], ...spec }),
    target: { role: "main", container: own },
    image: { id: "sha256:1", names: ["img"], size: 0, user: "" },
    restartCount: 2,
    seccomp: { directory: "/profiles", isDefault: false },
    memoryCapacity: 0,
    recursiveReadOnly: false,
    objects: { configMap: () => undefined, secret: () => undefined, claim: () => undefined, services: () => [] },
    addresses: { podIPs: ["10.0.0.1"], hostIPs: [] },
    allocatable: {},
    volumeFile: () => undefined,
    devicePath: (_, volume) => `/dev/${volume}`,
    volumePath: (_, { name, subPath }) => `/volumes/${name}/${subPath}`,
    ownMounts: [],
    granted: NOTHING,
    terminationFile: "/termination",
    ...more,
  } as ContainerInput);
};

describe("the configuration of a container", () => {
  it("has its command with known variables expanded", () => {
    const { command, args } = configOf({
      command: ["run", "$(A)", "$(NONE)"],
      args: ["$$(A)", "$(B)-$(POD)"],
      env: [
        { name: "A", value: "a" },
        { name: "B", value: "$(A)b" },
        { name: "POD", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      ],
    });
    expect([command, args]).toEqual([
      ["run", "a", "$(NONE)"],
      ["$(A)", "ab-10.0.0.1"],
    ]);
  });

  it("has mounts for its volumes", () => {
    const volumes = [
      { name: "data", emptyDir: {} },
      { name: "map", configMap: { name: "m" } },
      { name: "claim", persistentVolumeClaim: { claimName: "x", readOnly: true } },
    ];
    const { mounts } = configOf(
      {
        env: [{ name: "DIR", value: "sub" }],
        volumeMounts: [
          { name: "data", mountPath: "relative", subPathExpr: "$(DIR)/x", mountPropagation: "Bidirectional" },
          { name: "map", mountPath: "/map", readOnly: false, subPath: "key" },
          { name: "claim", mountPath: "/claim", mountPropagation: "HostToContainer" },
        ],
      },
      { volumes },
    );
    expect(
      mounts.map(({ containerPath, hostPath, readOnly, propagation }) => [
        containerPath,
        hostPath,
        readOnly,
        propagation,
      ]),
    ).toEqual([
      ["/relative", "/volumes/data/sub/x", false, "bidirectional"],
      ["/map", "/volumes/map/key", true, "private"],
      ["/claim", "/volumes/claim/", true, "hostToContainer"],
    ]);
  });

  it.each<[Partial<Volume>, boolean]>([
    [{ csi: { driver: "d" } }, false],
    [{ csi: { driver: "d", readOnly: true } }, true],
    [{ nfs: { server: "s", path: "/" } }, false],
    [{ nfs: { server: "s", path: "/", readOnly: true } }, true],
    [{ secret: { secretName: "s" } }, true],
    [{ projected: { sources: [] } }, true],
    [{ downwardAPI: {} }, true],
    [{ image: { reference: "i" } }, true],
  ])("mounts volume %j read-only: %s", (volume, readOnly) => {
    const volumeMounts = [{ name: "v", mountPath: "/v" }];
    expect(configOf({ volumeMounts }, { volumes: [{ name: "v", ...volume }] }).mounts[0]?.readOnly).toBe(readOnly);
  });

  it.each([undefined, ""])("rejects a subPathExpr whose variable is %j", (value) => {
    const env = value === undefined ? [] : [{ name: "DIR", value }];
    const volumeMounts = [{ name: "data", mountPath: "/d", subPathExpr: "a/$(DIR)" }];
    expect(() => configOf({ env, volumeMounts }, { volumes: [{ name: "data", emptyDir: {} }] })).toThrow(
      "missing value for DIR",
    );
  });

  it("has the agent's own files, unless it mounts something there itself", () => {
    const ownMounts = ["/etc/hosts", "/dev/termination-log"].map((containerPath) => ({
      containerPath,
      hostPath: "/agent",
      readOnly: false,
      propagation: "private" as const,
    }));
    const volumeMounts = [{ name: "data", mountPath: "/etc/hosts" }];
    const { mounts } = configOf({ volumeMounts }, { volumes: [{ name: "data", emptyDir: {} }] }, { ownMounts });
    expect(mounts.map(({ containerPath, hostPath }) => [containerPath, hostPath])).toEqual([
      ["/etc/hosts", "/volumes/data/"],
      ["/dev/termination-log", "/agent"],
    ]);
  });

  it("has devices: from plugins, and block volumes, read-only if the claim says so", () => {
    const granted = {
      ...NOTHING,
      devices: [{ containerPath: "/dev/gpu", hostPath: "/dev/gpu0", permissions: "rw" }],
      env: { GPU: "0", A: "granted" },
      cdiDevices: ["vendor/gpu=0", "vendor/gpu=1"],
      annotations: { by: "plugin" },
    };
    const { devices, env, annotations } = configOf(
      {
        env: [{ name: "A", value: "own" }],
        volumeDevices: [
          { name: "disk", devicePath: "/dev/xvda" },
          { name: "read", devicePath: "/dev/xvdb" },
        ],
      },
      {
        volumes: [
          { name: "disk", persistentVolumeClaim: { claimName: "x" } },
          { name: "read", persistentVolumeClaim: { claimName: "y", readOnly: true } },
        ],
      },
      { granted },
    );
    expect(devices).toEqual([
      { containerPath: "/dev/gpu", hostPath: "/dev/gpu0", permissions: "rw" },
      { containerPath: "/dev/xvda", hostPath: "/dev/disk", permissions: "mrw" },
      { containerPath: "/dev/xvdb", hostPath: "/dev/read", permissions: "r" },
    ]);
    expect(env.findLast(({ name }) => name === "A")?.value).toBe("own");
    expect(annotations).toMatchObject({ by: "plugin", "cdi.k8s.io/sailplane_devices": "vendor/gpu=0,vendor/gpu=1" });
  });

  it("has what the agent must know after a restart", () => {
    const { annotations, labels, logPath, attempt } = configOf({
      resources: { limits: { cpu: "1" } },
      terminationMessagePolicy: "FallbackToLogsOnError",
    });
    expect([logPath, attempt]).toEqual(["c/2.log", 2]);
    expect(labels).toMatchObject({ "io.kubernetes.pod.uid": "u", "io.kubernetes.container.name": "c" });
    expect(Object.values(annotations)).toEqual(
      expect.arrayContaining(["img", "2", '{"limits":{"cpu":"1"}}', "FallbackToLogsOnError", "/termination"]),
    );
  });
});
