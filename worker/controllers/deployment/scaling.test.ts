import { describe, expect, it } from "vitest";
import type { Deployment, ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { web } from "../../../test/fakes/controllers/controlled-deployment.ts";
import { planResize } from "./scaling.ts";

const MAX = "deployment.kubernetes.io/max-replicas";

/** A replica set of that size, which was last scaled for a deployment of at most `max` pods. */
const sized = (age: number, replicas: number, max?: number) =>
  ({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `web-${age}`,
      creationTimestamp: `2026-01-01T00:00:0${age}Z`,
      ...(max === undefined ? {} : { annotations: { [MAX]: String(max) } }),
    },
    spec: { replicas },
    status: { replicas },
  }) as unknown as Stored<ReplicaSet>;

const resized = (deployment: Deployment, [newest, ...old]: readonly Stored<ReplicaSet>[]) =>
  planResize(deployment, newest, old).map(({ replicaSet, replicas }) => `${replicaSet.metadata.name}: ${replicas}`);

const rolling = (replicas: number) =>
  web({ replicas, strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } } });

describe("scaling in proportion", () => {
  it("leaves sets as they are once those before them have taken all of it", () => {
    expect(resized(rolling(7), [sized(2, 3, 7), sized(1, 7, 10)])).toEqual(["web-1: 6", "web-2: 3"]);
  });

  it("leaves a set as it is if nothing says for which size it was scaled", () => {
    const deployment: Deployment = { ...rolling(31), status: {} };
    expect(resized(deployment, [sized(3, 2, 7), sized(2, 10, 35), sized(1, 2)])).toEqual([
      "web-2: 22",
      "web-3: 9",
      "web-1: 2",
    ]);
  });
});
