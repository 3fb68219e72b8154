/** Resources of running pods are changed in place, and back. */
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import type { Container, Pod } from "../../../../api/generated/core.v1.ts";
import { type Behaviour, behaviour } from "./behaviour.ts";
import { isReady, script, type TestNamespace } from "./test-namespace.ts";

/** Milli-CPUs and MiB; requests equal limits. */
type Sizes = readonly (readonly [number, number])[];

const RESTRICTED = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const guaranteed = ([cpu, memory]: readonly [number, number]) => {
  const list = { cpu: `${cpu}m`, memory: `${memory}Mi` };
  return { requests: list, limits: list };
};
const resourcesOf = (sizes: Sizes) => sizes.map(guaranteed);

async function start(ns: TestNamespace, resources: readonly Container["resources"][]) {
  await ns.createPod({
    name: "p",
    restartPolicy: "OnFailure",
    terminationGracePeriodSeconds: 0,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: resources.map((each, i) => ({
      name: `c${i + 1}`,
      ...script("sleep 100000"),
      resources: each ?? {},
      securityContext: RESTRICTED,
    })),
  });
  await untilGiven(ns, resources);
}

/** The status shows the desired resources, no resize is in progress, and the kernel agrees. */
async function untilGiven(ns: TestNamespace, resources: readonly Container["resources"][]) {
  const pod = await ns.until<Pod>("pods", "p", (each) => {
    const pending = each.status.conditions?.some(({ type }) => type.startsWith("PodResize"));
    const given = each.status.containerStatuses?.map((status) => status.resources);
    return isReady(each) && pending === false && isDeepStrictEqual(given, resources);
  });
  for (const { restartCount } of pod.status.containerStatuses ?? []) expect(restartCount).toBe(0);
  await Promise.all(
    resources.map(async (each, i) => {
      const [shares, quota, limit] = (await ns.exec("p", KERNEL, `c${i + 1}`)).trim().split("\n");
      const milli = (text: string | number | undefined) => Number(String(text ?? "0m").slice(0, -1));
      const [requested, limited] = [milli(each?.requests?.cpu), milli(each?.limits?.cpu)];
      expect(Number(shares)).toBe(Math.max(2, Math.floor((requested * 1024) / 1000)));
      // The kernel's minimum is 1 ms; systemd rounds up to whole hundredths.
      if (limited > 0) expect([limited * 100, Math.ceil(limited / 10) * 1000]).toContain(Number(quota));
      if (each?.limits?.memory !== undefined)
        expect(Number(limit)).toBe(Number(String(each.limits.memory).slice(0, -2)) * 1024 * 1024);
    }),
  );
}

/** With the second version of control groups, the weight is converted back into shares. */
const KERNEL = `cd /sys/fs/cgroup; if [ -e cpu.weight ]; then w=$(cat cpu.weight); echo $(( 2 + (w - 1) * 262142 / 9999 )); cut -d' ' -f1 cpu.max; cat memory.max; else cat cpu/cpu.shares cpu/cpu.cfs_quota_us memory/memory.limit_in_bytes; fi`;

async function resizes(ns: TestNamespace, to: Sizes) {
  const from: Sizes = [
    [20, 35],
    [22, 37],
    [24, 39],
  ];
  await start(ns, resourcesOf(from));
  for (const sizes of [to, from]) {
    const containers = sizes.map((size, i) => ({ name: `c${i + 1}`, resources: guaranteed(size) }));
    const $setElementOrder = containers.map(({ name }) => ({ name }));
    const patched = await ns.patch<Pod>("pods", "p/resize", {
      spec: { "$setElementOrder/containers": $setElementOrder, containers },
    });
    expect(patched.spec.containers.map(({ resources }) => resources)).toEqual(resourcesOf(sizes));
    await untilGiven(ns, resourcesOf(sizes));
  }
  await ns.delete("pods", "p");
  await ns.untilGone("pods", "p");
}

export const resize: readonly Behaviour[] = [
  behaviour("In-place Pod Resize, guaranteed pods with multiple containers, net increase", (ns) =>
    resizes(ns, [
      [25, 40],
      [27, 42],
      [19, 34],
    ]),
  ),
  behaviour("In-place Pod Resize, guaranteed pods with multiple containers, net decrease", (ns) =>
    resizes(ns, [
      [25, 40],
      [17, 32],
      [19, 34],
    ]),
  ),
  behaviour("In-place Pod Resize, guaranteed pods with multiple containers, various operations", (ns) =>
    resizes(ns, [
      [25, 35],
      [17, 42],
      [29, 44],
    ]),
  ),
  behaviour("In-place Pod Resize, read and replace endpoints", async (ns) => {
    await start(ns, [{ requests: { cpu: "20m", memory: "35Mi" } }]);
    const resources = { requests: { cpu: "25m", memory: "40Mi" } };
    const pod = await ns.get<Pod>("pods", "p");
    const spec = { ...pod.spec, containers: pod.spec.containers.map((each) => ({ ...each, resources })) };
    const { status, text } = await ns.client.call("PUT", ns.path("pods", "p/resize"), { body: { ...pod, spec } });
    expect([status, text]).toEqual([200, expect.stringContaining('"generation":2')]);
    await untilGiven(ns, [resources]);
    expect(await ns.get<Pod>("pods", "p/resize")).toEqual(await ns.get<Pod>("pods", "p"));
  }),
];
