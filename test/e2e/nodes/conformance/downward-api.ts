/** Files that tell a container of its own pod. */
import { expect, vi } from "vitest";
import type { Pod } from "../../../../api/generated/core.v1.ts";
import { type Behaviour, behaviour } from "./behaviour.ts";
import { isRunning, script } from "./test-namespace.ts";
import { names, projected } from "./volume-readings.ts";

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

export const downwardApiVolumes: readonly Behaviour[] = [
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
    await vi.waitFor(async () => expect(await ns.exec("p", "cat /etc/podinfo/labels")).toContain('key3="value3"'), {
      timeout: 20_000,
      interval: 500,
    });
  }),
];
