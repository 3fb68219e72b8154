import { expect, test } from "vitest";
import { kubeObject } from "../../api/machinery/meta.ts";
import { waitsFor } from "./waits-for.ts";

const space = kubeObject({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
const definition = kubeObject({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: { group: "example.com", names: { kind: "Widget" } },
});
const widget = kubeObject({ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "a" } });
const pod = kubeObject({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" } });

test.each([
  ["a namespace", pod, "shop", [definition, space], "Namespace shop"],
  [
    "the definition of its kind",
    widget,
    undefined,
    [space, definition],
    "CustomResourceDefinition widgets.example.com",
  ],
  ["nothing if its namespace is another", pod, "default", [space, definition], undefined],
  ["nothing if its kind is not served, whoever makes its namespace", widget, undefined, [space], undefined],
] as const)("an object waits for %s", (_, object, namespace, earlier, needed) =>
  expect(waitsFor(object, namespace, earlier)).toBe(needed),
);
