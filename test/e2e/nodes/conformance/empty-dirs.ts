/** Volumes that begin empty, and those that are wrapped in one. */
import { expect } from "vitest";
import type { Pod, PodSecurityContext } from "../../../../api/generated/core.v1.ts";
import { type Behaviour, behaviour } from "./behaviour.ts";
import { script, type TestNamespace } from "./test-namespace.ts";
import { names, SE_LINUX, secret } from "./volume-readings.ts";

async function emptyDirs(ns: TestNamespace, name: string, securityContext: PodSecurityContext) {
  const each = (path: string) =>
    `echo $(stat -f -c %T ${path}) $(stat -c %A ${path}); ` +
    ["644", "666", "777"]
      .map(
        (mode) =>
          `echo new > ${path}/f; chmod ${mode} ${path}/f; echo $(stat -c %A ${path}/f) $(cat ${path}/f); rm ${path}/f`,
      )
      .join("; ");
  const printed = await ns.output({
    name,
    securityContext: { ...SE_LINUX, ...securityContext },
    containers: [
      {
        ...script(`${each("/disk")}; ${each("/memory")}`),
        volumeMounts: [
          { name: "disk", mountPath: "/disk" },
          { name: "memory", mountPath: "/memory" },
        ],
      },
    ],
    volumes: [
      { name: "disk", emptyDir: {} },
      { name: "memory", emptyDir: { medium: "Memory" } },
    ],
  });
  const files = ["-rw-r--r-- new", "-rw-rw-rw- new", "-rwxrwxrwx new"];
  const lines = printed.trimEnd().split("\n");
  expect(lines[0]).toMatch(/ drwxrwxrwx$/);
  expect(lines.slice(1)).toEqual([...files, "tmpfs drwxrwxrwt", ...files]);
}

export const emptyDirVolumes: readonly Behaviour[] = [
  {
    names: [
      ...names(
        "EmptyDir, medium default",
        "volume mode 0644",
        "volume mode 0666",
        "volume mode 0777",
        "volume mode default",
      ),
      ...names("EmptyDir, medium memory", "volume mode 0644", "volume mode 0666", "volume mode default"),
      ...names("EmptyDir, medium memory", "volume mode 0644, non-root user", "volume mode 0666,, non-root user"),
    ],
    check: async (ns) => {
      await Promise.all([emptyDirs(ns, "root", {}), emptyDirs(ns, "user", { runAsUser: 1001 })]);
    },
  },
  behaviour("EmptyDir, Shared volumes between containers", async (ns) => {
    const at = (mountPath: string) => [{ name: "shared", mountPath }];
    await ns.createPod({
      name: "p",
      terminationGracePeriodSeconds: 0,
      volumes: [{ name: "shared", emptyDir: {} }],
      containers: [
        { ...script("sleep 100000"), volumeMounts: at("/usr/share/volumeshare") },
        { ...script("echo Hello from the sub-container > /pod-data/shared.txt"), volumeMounts: at("/pod-data") },
      ],
    });
    await ns.until(
      "pods",
      "p",
      ({ status }) => status.containerStatuses?.some(({ state }) => state?.terminated !== undefined) === true,
    );
    expect(await ns.exec("p", "cat /usr/share/volumeshare/shared.txt", "main")).toBe("Hello from the sub-container\n");
  }),
  {
    names: [
      "EmptyDir Wrapper Volume, Secret and ConfigMap volumes, no conflict",
      "EmptyDir Wrapper Volume, ConfigMap volumes, no race",
    ],
    check: async (ns) => {
      const count = 50;
      const maps = Array.from({ length: count }, (_, i) => `racey-${i}`);
      await Promise.all([
        ns.secret("keys", { "data-1": "value-1" }),
        ...maps.map((name) => ns.configMap(name, { "data-1": name })),
      ]);
      const all = [
        { name: "keys", secret },
        ...maps.map((name) => ({ name, configMap: { name, items: [{ key: "data-1", path: "data-1" }] } })),
      ];
      const container = {
        name: "c",
        image: "localhost/busybox:1",
        ...script("sleep 100000"),
        volumeMounts: all.map(({ name }) => ({ name, mountPath: `/etc/config/${name}` })),
      };
      await ns.create("replicationcontrollers", {
        apiVersion: "v1",
        kind: "ReplicationController",
        metadata: { name: "wrapped" },
        spec: {
          replicas: 5,
          selector: { name: "wrapped" },
          template: {
            metadata: { labels: { name: "wrapped" } },
            spec: { terminationGracePeriodSeconds: 0, containers: [container], volumes: all },
          },
        },
      });
      await ns.until<Pod & { status: { readyReplicas?: number } }>(
        "replicationcontrollers",
        "wrapped",
        ({ status }) => status.readyReplicas === 5,
      );
      const [pod] = await ns.list<Pod>("pods", "?labelSelector=name%3Dwrapped");
      expect((await ns.exec(pod?.metadata.name ?? "", "cat /etc/config/*/data-1 | wc -c")).trim()).toBe(
        String(maps.join("").length + "value-1".length),
      );
    },
  },
];
