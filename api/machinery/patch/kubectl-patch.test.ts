import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { structOf } from "../../schema/table.ts";
import type { JsonObject } from "../json/json-object.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import type { PatchResult } from "./patch-result.ts";
import { applyStrategicMergePatch } from "./strategic-merge.ts";

const kubectl = (type: string, patch: unknown, objects: readonly JsonObject[]) => {
  const args = ["patch", "--local", `--type=${type}`, "-p", JSON.stringify(patch), "-f", "-", "-o", "json"];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const { status, stdout, stderr } = spawnSync("kubectl", args, { input, encoding: "utf8" });
  if (status !== 0) return { error: stderr };
  // One document after another, each from "{" to "}" at the margin.
  return {
    objects: stdout
      .split(/(?<=^\})\n/m)
      .filter(Boolean)
      .map((text) => JSON.parse(text) as JsonObject),
  };
};

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;

const name = fc.constantFrom("a", "b", "c", "d");
const port = fc.constantFrom(80, 81, 82);
const some = <T>(keys: Record<string, fc.Arbitrary<T>>) => fc.record(keys, { requiredKeys: [] });
const unique = (item: fc.Arbitrary<JsonObject>, key: string) =>
  fc.uniqueArray(item, { maxLength: 4, selector: (value) => value[key] });
const orNull = (value: fc.Arbitrary<unknown>) => fc.oneof({ weight: 6, arbitrary: value }, fc.constant(null));

const env = some({ value: name }).chain((rest) => fc.record({ name }).map((key) => ({ ...key, ...rest })));
const ports = fc.record({ containerPort: port, protocol: fc.constantFrom("TCP", "UDP") });
const container = fc.record(
  { name, image: name, env: unique(env, "name"), ports: unique(ports, "containerPort"), args: fc.array(name) },
  { requiredKeys: ["name"] },
);
const volume = fc.record({ name, source: fc.constantFrom({ emptyDir: {} }, { configMap: { name: "x" } }) });
const deployment = fc
  .record({
    labels: fc.dictionary(name, name, { maxKeys: 3 }),
    finalizers: fc.uniqueArray(fc.constantFrom("x/1", "x/2", "x/3", "x/4")),
    containers: unique(container, "name"),
    volumes: unique(volume, "name"),
    tolerations: fc.array(fc.record({ key: name })),
  })
  .map(
    ({ labels, finalizers, containers, volumes, tolerations }): JsonObject => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "d", labels, finalizers },
      spec: {
        selector: { matchLabels: labels },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } },
        template: {
          metadata: { labels },
          spec: {
            containers,
            volumes: volumes.map(({ name, source }) => ({ name, ...(source as JsonObject) })),
            tolerations,
          },
        },
      },
    }),
  );

const deletion = (key: string, value: fc.Arbitrary<unknown>) =>
  fc.record({ [key]: value, $patch: fc.constant("delete") });
const envPatch = fc.oneof(env, deletion("name", name));
const portPatch = fc.oneof(ports, deletion("containerPort", port), fc.record({ containerPort: port, name }));
const containerPatch = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      {
        name,
        image: orNull(name),
        env: orNull(unique(envPatch, "name")),
        ports: unique(portPatch, "containerPort"),
        args: fc.array(name),
      },
      { requiredKeys: ["name"] },
    ),
  },
  deletion("name", name),
  fc.constant({ $patch: "replace" }),
);
const ordered = (list: fc.Arbitrary<JsonObject[]>) =>
  fc.tuple(list, fc.boolean(), fc.array(name, { maxLength: 2 })).map(([containers, inOrder, more]) => {
    const named = containers.filter((item) => "name" in item && !("$patch" in item)).map((item) => item.name);
    const order = [...new Set([...named, ...more])].map((name) => ({ name }));
    return inOrder && order.length > 0 ? { containers, "$setElementOrder/containers": order } : { containers };
  });
const strategicPatch = fc
  .record({
    labels: orNull(fc.dictionary(name, orNull(name), { maxKeys: 3 })),
    finalizers: fc.uniqueArray(fc.constantFrom("x/1", "x/3", "x/5"), { maxLength: 2 }),
    deleted: fc.uniqueArray(fc.constantFrom("x/1", "x/2"), { maxLength: 2 }),
    strategy: fc.constantFrom(
      { $retainKeys: ["type"], type: "Recreate" },
      { type: "Recreate" },
      { $patch: "delete" },
      null,
    ),
    template: ordered(unique(containerPatch, "name")),
    tolerations: fc.array(fc.record({ key: name }), { maxLength: 2 }),
  })
  .map(({ labels, finalizers, deleted, strategy, template, tolerations }) => ({
    metadata: { labels, ...(deleted.length > 0 ? { "$deleteFromPrimitiveList/finalizers": deleted } : { finalizers }) },
    spec: { strategy, template: { spec: { ...template, tolerations } } },
  }));

const mergePatch = fc.record(
  {
    metadata: some({ labels: orNull(fc.dictionary(name, orNull(name))), finalizers: orNull(fc.array(name)) }),
    spec: some({
      replicas: orNull(fc.nat(9)),
      template: some({ spec: some({ containers: fc.array(container, { maxLength: 2 }) }) }),
    }),
  },
  { requiredKeys: [] },
);

const pointer = fc.constantFrom(
  "/metadata/labels/a",
  "/metadata/labels",
  "/metadata/finalizers/0",
  "/metadata/finalizers/-",
  "/metadata/finalizers/-1",
  "/metadata/finalizers/2",
  "/spec/template/spec/containers/0/image",
  "/spec/template/spec/containers/-1",
);
const jsonPatch = fc.array(
  fc.oneof(
    fc.record({ op: fc.constant("remove"), path: pointer }),
    fc.record({ op: fc.constantFrom("copy", "move"), from: pointer, path: pointer }),
    fc.record({
      op: fc.constantFrom("add", "replace", "test"),
      path: fc.constantFrom(
        "/metadata/labels/a",
        "/metadata/labels/b~1c",
        "/metadata/finalizers/1",
        "/metadata/finalizers/-1",
      ),
      value: name,
    }),
  ),
  { maxLength: 3 },
);

const struct = structOf("apps.v1.Deployment");
const cases: {
  type: string;
  patch: fc.Arbitrary<unknown>;
  apply: (object: JsonObject, patch: unknown) => PatchResult;
}[] = [
  {
    type: "strategic",
    patch: strategicPatch,
    apply: (object, patch) => applyStrategicMergePatch(object, patch, struct),
  },
  { type: "merge", patch: mergePatch, apply: (object, patch) => applyMergePatch(object, patch, "Warn") },
  { type: "json", patch: jsonPatch, apply: (object, patch) => applyJsonPatch(object, patch, "Warn") },
];

describe.skipIf(!hasKubectl)("a patch gives the same result as kubectl's own library", () => {
  test.each(cases)(
    "of type $type",
    ({ type, patch, apply }) => {
      fc.assert(
        fc.property(patch, fc.array(deployment, { minLength: 8, maxLength: 8 }), (patch, objects) => {
          const ours = objects.map((object) => apply(object, patch));
          // kubectl stops at the first error, so failing objects are tested separately, and only one of them.
          const failed = ours.findIndex((result) => !result.ok);
          const fine = objects.filter((_, i) => ours[i]?.ok);
          const patched = ours.flatMap((result) => (result.ok ? [result.object] : []));
          if (fine.length > 0) {
            const theirs = kubectl(type, patch, fine);
            // kubectl decodes what it has patched and prints it in its own form; ours goes through the same step.
            const printed = kubectl("merge", {}, patched);
            if (theirs.error) expect(printed.error, theirs.error).toBeTruthy();
            else expect(printed.objects).toEqual(theirs.objects);
          }
          if (failed >= 0) expect(kubectl(type, patch, objects.slice(failed, failed + 1))).toHaveProperty("error");
        }),
        { numRuns: Number(process.env.RUNS ?? 15) },
      );
    },
    120_000,
  );
});
