import { expect, it } from "vitest";
import { protobufItems } from "./protobuf-items.ts";

const text = (name: string) =>
  JSON.stringify({
    kind: "ConfigMap",
    apiVersion: "v1",
    metadata: { name, namespace: "n", resourceVersion: "7", labels: { app: "x".repeat(60) } },
    data: { much: "y".repeat(5000) },
  });

it.each([
  { kind: "ConfigMapList", apiVersion: "v1" },
  { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1" },
])(
  "STORE-STREAM-FORM: the encoded size of a run of $kind objects is close to the estimate made while writing",
  (of) => {
    const run = protobufItems(of).run();
    const messages = ["a", "b", "c"].map((name) => run.add(text(name))).at(-1) ?? 0;
    const { bytes, ends } = run.finish();
    expect(ends).toHaveLength(3);
    expect(messages).toBeLessThan(2 * bytes.length);
    expect(messages).toBeGreaterThan(bytes.length / 2);
  },
);
