import { expect, test } from "vitest";
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { newIndexedPod } from "./job-pods.ts";

const job = (name: string) =>
  ({
    metadata: { name, namespace: "ns", uid: "u" },
    spec: { completions: 20, template: { spec: { containers: [{ name: "c", image: "pause:1" }] } } },
    status: {},
  }) as unknown as Stored<Job>;

test.each([
  ["j", 3, "j-3-"],
  ["j".repeat(55), 3, `${"j".repeat(55)}-3-`],
  ["j".repeat(56), 3, `${"j".repeat(55)}-3-`],
  ["j".repeat(63), 12, `${"j".repeat(54)}-12-`],
])("CTL-NAME-CUT: the pods of a Job called %s, at index %i, are called %s…", (name, index, expected) => {
  const { metadata, spec } = newIndexedPod(job(name), index, { counted: 0, ignored: 0 });
  expect(metadata.generateName).toBe(expected);
  expect(spec.hostname).toBe(`${name}-${index}`);
});

test("a pod with an index has it in its labels, its annotations and its containers' environment, unless they set it", () => {
  const of = job("j");
  const own = { name: "JOB_COMPLETION_INDEX", value: "mine" };
  const template = {
    spec: {
      initContainers: [{ name: "i", env: [{ name: "A" }] }],
      containers: [{ name: "c" }, { name: "d", env: [own] }],
    },
  };
  const { metadata, spec } = newIndexedPod({ ...of, spec: { ...of.spec, template } } as Stored<Job>, 7, {
    counted: 2,
    ignored: 1,
  });
  const label = "batch.kubernetes.io/job-completion-index";
  const index = {
    name: "JOB_COMPLETION_INDEX",
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${label}']` } },
  };
  expect(metadata.labels).toMatchObject({ [label]: "7" });
  expect(metadata.annotations).toEqual({ [label]: "7" });
  expect([...(spec.initContainers ?? []), ...spec.containers].map(({ env }) => env)).toEqual([
    [{ name: "A" }, index],
    [index],
    [own],
  ]);
});
