/** What containers find in volumes: which files, with which modes and owners, and when they change. */
import { expect } from "vitest";
import type { Pod, PodSecurityContext, Volume, VolumeMount } from "../../../api/generated/core.v1.ts";
import { type Behaviour, behaviour } from "./behaviour.ts";
import { isRunning, script, type TestNamespace } from "./test-namespace.ts";

/** As the suite asks for, also where the machine has no SELinux. */
const SE_LINUX: PodSecurityContext = { seLinuxOptions: { level: "s0" } };

/** A file, how it is to look, and the volume that it is in; each is mounted at /v/NAME. */
interface Reading {
  readonly volume: Omit<Volume, "name">;
  readonly file: string;
  readonly is: string;
  readonly mount?: Partial<VolumeMount>;
}

/** Mounts them all in one pod, and compares each file's mode and content. */
async function readings(
  ns: TestNamespace,
  name: string,
  all: readonly Reading[],
  securityContext: PodSecurityContext = {},
) {
  const paths = all.map(({ file }, i) => `/v/v${i}${file === "" ? "" : `/${file}`}`);
  const text = paths.map((path) => `p=$(readlink -f ${path}); echo "$(stat -c %A $p) $(cat $p)"`).join("; ");
  const printed = await ns.output({
    name,
    securityContext: { ...SE_LINUX, ...securityContext },
    volumes: all.map(({ volume }, i) => ({ name: `v${i}`, ...volume })),
    containers: [
      {
        ...script(text),
        volumeMounts: all.map(({ mount }, i) => ({ name: `v${i}`, mountPath: `/v/v${i}`, ...mount })),
      },
    ],
  });
  expect(printed.trimEnd().split("\n")).toEqual(all.map(({ is }) => is));
}

const configMap = { name: "settings" };
const secret = { secretName: "keys" };
const mapped = (mode?: number) => [{ key: "data-2", path: "path/to/data-2", ...(mode === undefined ? {} : { mode }) }];
const projected = (source: object, more: object = {}) => ({ projected: { sources: [source], ...more } });
const of = (volume: Omit<Volume, "name">, file: string, is: string): Reading => ({ volume, file, is });

async function makeSources(ns: TestNamespace) {
  const data = { "data-1": "value-1", "data-2": "value-2" };
  await Promise.all([ns.configMap("settings", data), ns.secret("keys", data)]);
}

const RESOURCES = { requests: { cpu: "250m", memory: "32Mi" }, limits: { cpu: "1250m", memory: "64Mi" } };

/** Files of a downward API volume, which tell of the container `main`. */
const told = {
  podname: { fieldRef: { fieldPath: "metadata.name" } },
  "podname-0400": { fieldRef: { fieldPath: "metadata.name" }, mode: 0o400 },
  cpu_limit: { resourceFieldRef: { containerName: "main", resource: "limits.cpu" } },
  cpu_request: { resourceFieldRef: { containerName: "main", resource: "requests.cpu", divisor: "1m" } },
  memory_limit: { resourceFieldRef: { containerName: "main", resource: "limits.memory" } },
  memory_request: { resourceFieldRef: { containerName: "main", resource: "requests.memory" } },
};
const items = Object.entries(told).map(([path, source]) => ({ path, ...source }));

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

const names = (prefix: string, ...rest: string[]): string[] => rest.map((each) => `${prefix}, ${each}`);

export const volumes: readonly Behaviour[] = [
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
      ...names("ConfigMap Volume", "with mapping, volume mode set", "multiple volume maps", "text data, binary data"),
      ...names(
        "Projected Volume, ConfigMap",
        "mapped",
        "multiple volume paths",
        "volume mode 0400",
        "volume mode default",
      ),
      ...names("Secrets Volume", "default", "mapping multiple volume paths", "volume mode 0400"),
      ...names("Projected Volume, Secrets", "mapped, multiple paths", "mapped, volume mode 0400", "volume mode 0400"),
    ],
    check: async (ns) => {
      await makeSources(ns);
      const binaryData = { dump: Buffer.from("DUMP").toString("base64") };
      await ns.configMap("mixed", { text: "value" }, { binaryData });
      await readings(ns, "p", [
        of({ configMap: { ...configMap, items: mapped(0o400) } }, "path/to/data-2", "-r-------- value-2"),
        of({ configMap }, "data-1", "-rw-r--r-- value-1"),
        of({ configMap }, "data-1", "-rw-r--r-- value-1"),
        of({ configMap: { name: "mixed" } }, "text", "-rw-r--r-- value"),
        of({ configMap: { name: "mixed" } }, "dump", "-rw-r--r-- DUMP"),
        of(projected({ configMap: { ...configMap, items: mapped() } }), "path/to/data-2", "-rw-r--r-- value-2"),
        of(projected({ configMap }), "data-1", "-rw-r--r-- value-1"),
        of(projected({ configMap }, { defaultMode: 0o400 }), "data-1", "-r-------- value-1"),
        of({ secret }, "data-1", "-rw-r--r-- value-1"),
        of({ secret: { ...secret, items: mapped() } }, "path/to/data-2", "-rw-r--r-- value-2"),
        of({ secret: { ...secret, defaultMode: 0o400 } }, "data-1", "-r-------- value-1"),
        of(projected({ secret: { name: "keys", items: mapped() } }), "path/to/data-2", "-rw-r--r-- value-2"),
        of(projected({ secret: { name: "keys", items: mapped(0o400) } }), "path/to/data-2", "-r-------- value-2"),
        of(projected({ secret: { name: "keys" } }, { defaultMode: 0o400 }), "data-1", "-r-------- value-1"),
      ]);
    },
  },
  {
    names: ["ConfigMap Volume, with mapping, non-root user", "Projected Volume, ConfigMap, mapped, non-root user"],
    check: async (ns) => {
      await makeSources(ns);
      const maps = { ...configMap, items: mapped() };
      const all = [{ configMap: maps }, projected({ configMap: maps })];
      await readings(
        ns,
        "p",
        all.map((volume) => of(volume, "path/to/data-2", "-rw-r--r-- value-2")),
        { runAsUser: 1000 },
      );
    },
  },
  behaviour("Project Volume, Secrets, non-root, custom fsGroup", async (ns) => {
    await makeSources(ns);
    const volume = projected({ secret: { name: "keys" } }, { defaultMode: 0o440 });
    await readings(ns, "p", [of(volume, "data-1", "-r--r----- value-1")], { runAsUser: 1000, fsGroup: 1001 });
  }),
  behaviour("Secrets Volume, volume mode default, secret with same name in different namespace", async (ns) => {
    const other = `${ns.name}-other`;
    await ns.door.call("POST", "/api/v1/namespaces", { body: { metadata: { name: other } } });
    await ns.door.call("POST", `/api/v1/namespaces/${other}/secrets`, {
      body: { metadata: { name: "keys" }, stringData: { "data-1": "of another" } },
    });
    await makeSources(ns);
    await readings(ns, "p", [of({ secret }, "data-1", "-rw-r--r-- value-1")]);
  }),
  {
    names: [
      "ConfigMap Volume, create, update and delete",
      "Secrets Volume, create, update and delete",
      "Projected Volume, ConfigMap, create, update and delete",
      "Projected Volume, Secrets, create, update delete",
    ],
    check: async (ns) => {
      const kinds = {
        configmap: (name: string) => ({ configMap: { name, optional: true } }),
        secret: (name: string) => ({ secret: { secretName: name, optional: true } }),
        "projected-configmap": (name: string) => projected({ configMap: { name, optional: true } }),
        "projected-secret": (name: string) => projected({ secret: { name, optional: true } }),
      };
      const all = Object.entries(kinds).flatMap(([kind, volumeOf]) =>
        ["del", "upd", "create"].map((name) => ({ name: `${kind}-${name}`, ...volumeOf(name) })),
      );
      const make = (name: string, value: string) =>
        Promise.all([ns.configMap(name, { "data-1": value }), ns.secret(name, { "data-1": value })]);
      await Promise.all([make("del", "value-1"), make("upd", "value-1")]);
      await ns.createPod({
        name: "p",
        volumes: all,
        containers: [
          { ...script("sleep 100000"), volumeMounts: all.map(({ name }) => ({ name, mountPath: `/v/${name}` })) },
        ],
      });
      await ns.until("pods", "p", isRunning);
      const seen = async () =>
        (await ns.exec("p", "cd /v; for v in *; do echo $v $(cat $v/data-1 2>/dev/null || echo none); done"))
          .trim()
          .split("\n")
          .toSorted();
      const expected = (values: Record<string, string>) =>
        all.map(({ name }) => `${name} ${values[name.split("-").at(-1) ?? ""]}`).toSorted();
      expect(await seen()).toEqual(expected({ del: "value-1", upd: "value-1", create: "none" }));
      const changed = { "data-3": "value-3", "data-1": "value-2" };
      await Promise.all([
        ns.delete("configmaps", "del"),
        ns.delete("secrets", "del"),
        ns.patch("configmaps", "upd", { data: changed }),
        ns.patch("secrets", "upd", { stringData: changed }),
        make("create", "value-1"),
      ]);
      await expect
        .poll(seen, { timeout: 30_000, interval: 500 })
        .toEqual(expected({ del: "none", upd: "value-2", create: "value-1" }));
    },
  },
  {
    names: [
      ...names(
        "DownwardAPI volume",
        "pod name",
        "file mode 0400",
        "volume mode 0400",
        "memory limits",
        "memory request",
      ),
      ...names("Projected Volume, DownwardAPI", "CPU limits", "CPU request", "memory request", "volume mode 0400"),
    ],
    check: async (ns) => {
      const both = [{ downwardAPI: { items } }, projected({ downwardAPI: { items } })];
      const strict = [
        { downwardAPI: { items, defaultMode: 0o400 } },
        projected({ downwardAPI: { items } }, { defaultMode: 0o400 }),
      ];
      const expected = {
        podname: "p",
        "podname-0400": "p",
        cpu_limit: "2",
        cpu_request: "250",
        memory_limit: "67108864",
        memory_request: "33554432",
      };
      const show = (path: string) => `f=$(readlink -f ${path}); echo $(stat -c %A $f) $(cat $f)`;
      const all = [...both, ...strict];
      const text = all.flatMap((_, i) => Object.keys(expected).map((file) => show(`/v/${i}/${file}`))).join("; ");
      const printed = await ns.output({
        name: "p",
        volumes: all.map((volume, i) => ({ name: `v${i}`, ...volume })),
        containers: [
          {
            ...script(text),
            resources: RESOURCES,
            volumeMounts: all.map((_, i) => ({ name: `v${i}`, mountPath: `/v/${i}` })),
          },
        ],
      });
      expect(printed.trimEnd().split("\n")).toEqual(
        all.flatMap((_, i) =>
          Object.entries(expected).map(
            ([file, value]) => `${i > 1 || file.endsWith("0400") ? "-r--------" : "-rw-r--r--"} ${value}`,
          ),
        ),
      );
    },
  },
  {
    names: [
      "DownwardAPI volume, memory limit, default node allocatable",
      "Projected Volume, DownwardAPI, memory limit, node allocatable",
    ],
    check: async (ns, { kubectl }) => {
      const both = [{ downwardAPI: { items } }, projected({ downwardAPI: { items } })];
      const printed = await ns.output({
        name: "p",
        volumes: both.map((volume, i) => ({ name: `v${i}`, ...volume })),
        containers: [
          {
            ...script("for i in 0 1; do echo $(cat /v/$i/memory_limit) $(cat /v/$i/cpu_limit); done"),
            volumeMounts: both.map((_, i) => ({ name: `v${i}`, mountPath: `/v/${i}` })),
          },
        ],
      });
      const { spec } = await ns.get<Pod>("pods", "p");
      const allocatable = await kubectl([
        "get",
        "node",
        spec.nodeName ?? "",
        "-o",
        "jsonpath={.status.allocatable.memory} {.status.allocatable.cpu}",
      ]);
      const [memory = "", cpu] = allocatable.split(" ");
      const bytes = memory.endsWith("Ki") ? Number(memory.slice(0, -2)) * 1024 : Number(memory);
      expect(printed.trimEnd().split("\n")).toEqual(Array(2).fill(`${bytes} ${cpu}`));
    },
  },
  behaviour("Projected Volume, DownwardAPI, update labels", async (ns) => {
    const source = { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } };
    await ns.createPod({
      name: "p",
      labels: { key1: "value1", key2: "value2" },
      volumes: [{ name: "v", ...projected(source) }],
      containers: [{ ...script("sleep 100000"), volumeMounts: [{ name: "v", mountPath: "/etc/podinfo" }] }],
    });
    await ns.until("pods", "p", isRunning);
    expect(await ns.exec("p", "cat /etc/podinfo/labels")).toBe('key1="value1"\nkey2="value2"');
    await ns.patch("pods", "p", { metadata: { labels: { key3: "value3" } } });
    await expect
      .poll(() => ns.exec("p", "cat /etc/podinfo/labels"), { timeout: 20_000, interval: 500 })
      .toContain('key3="value3"');
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
  {
    names: [
      "SubPath: Reading content from a configmap volume.",
      "SubPath: Reading content from a downwardAPI volume.",
      "SubPath: Reading content from a projected volume.",
      "SubPath: Reading content from a secret volume.",
    ],
    check: async (ns) => {
      await makeSources(ns);
      const downwardAPI = { items: [{ path: "downward/podname", fieldRef: { fieldPath: "metadata.name" } }] };
      const plain = { seLinuxOptions: { level: "s0:c0,c1" } };
      const from = (
        volume: Omit<Volume, "name">,
        subPath: string,
        is: string,
        mount: Partial<VolumeMount> = {},
      ): Reading => ({ volume, file: "", is, mount: { subPath, ...mount } });
      await readings(
        ns,
        "p",
        [
          from({ secret }, "data-1", "-rw-r--r-- value-1"),
          from({ configMap }, "data-1", "-rw-r--r-- value-1"),
          from(projected({ configMap }), "data-1", "-rw-r--r-- value-1"),
          from({ downwardAPI }, "downward/podname", "-rw-r--r-- p"),
        ],
        plain,
      );
      const containers = [
        {
          ...script("cat /etc/resolv.conf"),
          volumeMounts: [{ name: "v", mountPath: "/etc/resolv.conf", subPath: "data-1" }],
        },
      ];
      expect(
        await ns.output({
          name: "over-a-file",
          securityContext: plain,
          containers,
          volumes: [{ name: "v", configMap }],
        }),
      ).toBe("value-1");
    },
  },
  behaviour("Image Volume", async (ns) => {
    const containers = [
      {
        ...script("/volume/bin/busybox echo from the image; touch /volume/x || echo read-only"),
        volumeMounts: [{ name: "v", mountPath: "/volume" }],
      },
    ];
    const volumes = [{ name: "v", image: { reference: "localhost/greeter:1", pullPolicy: "IfNotPresent" } }];
    const lines = (await ns.output({ name: "p", containers, volumes })).split("\n");
    expect(lines).toEqual(expect.arrayContaining(["from the image", "read-only"]));
  }),
];
