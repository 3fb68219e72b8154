/**
 * What containers find in volumes of config maps, secrets and images: which files, with which modes and owners, and
 * when they change.
 */
import { expect, vi } from "vitest";
import type { Volume, VolumeMount } from "../../../../api/generated/core.v1.ts";
import { type Behaviour, behaviour } from "./behaviour.ts";
import { isRunning, script } from "./test-namespace.ts";
import {
  configMap,
  makeSources,
  mapped,
  names,
  of,
  projected,
  type Reading,
  readings,
  secret,
} from "./volume-readings.ts";

export const volumes: readonly Behaviour[] = [
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
    await ns.client.call("POST", "/api/v1/namespaces", { body: { metadata: { name: other } } });
    await ns.client.call("POST", `/api/v1/namespaces/${other}/secrets`, {
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
      await vi.waitFor(
        async () => expect(await seen()).toEqual(expected({ del: "none", upd: "value-2", create: "value-1" })),
        { timeout: 30_000, interval: 500 },
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
