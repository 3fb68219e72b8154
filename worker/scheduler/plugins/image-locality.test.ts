import { expect, test } from "vitest";
import type { Node } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { node, pod, schedulerOf } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { imageLocality } from "./image-locality.ts";

test("SCHED-IMAGE: an image volume counts like a container's image", () => {
  const images = [{ names: ["data:1"], sizeBytes: 1_200_000_000 }];
  const waiting = pod("p", {
    spec: { containers: [{ name: "c", image: "i" }], volumes: [{ name: "v", image: { reference: "data:1" } }] },
  });
  const home = node("a");
  const { cluster } = schedulerOf([{ ...home, status: { ...home.status, images } } as Stored<Node>, waiting]);
  const scorer = imageLocality.scorer?.({ pod: waiting } as never, cluster, cluster.nodes);
  const [info] = cluster.nodes;
  expect(info && scorer?.score(info)).toBe(56);
});
