import { expect, test } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { scoredRequestsOf } from "./amounts.ts";

type Requests = Readonly<Record<string, string>>;
const MIB = 1024 * 1024;

test.each<[what: string, containers: readonly Requests[], whole: Requests | undefined, cpu: number, mebibytes: number]>(
  [
    ["each container that says nothing", [{ cpu: "50m" }, { memory: "1Mi" }, {}], undefined, 250, 401],
    ["not for those that say zero", [{ cpu: "0", memory: "0" }], undefined, 0, 0],
    ["containers of a pod that says nothing about the resource itself", [{}, {}], { memory: "64Mi" }, 200, 64],
    ["… unless one of them does", [{ cpu: "50m" }, {}], { memory: "64Mi" }, 50, 64],
  ],
)("SCHED-ASSUMED: scoring assumes requests of %s", (_, containers, whole, cpu, mebibytes) => {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: {
      containers: containers.map((requests, i) => ({ name: `c${i}`, image: "i", resources: { requests } })),
      ...(whole && { resources: { requests: whole } }),
    },
    status: {},
  } as Pod;
  expect(scoredRequestsOf(pod)).toEqual({ cpu, memory: mebibytes * MIB });
});
