import { expect, test } from "vitest";
import { completionsAt } from "./completions.ts";
import type { OpenApiDocument } from "./open-api.ts";

const reference = (name: string) => ({ $ref: `#/components/schemas/io.example.${name}` });

const document: OpenApiDocument = {
  components: {
    schemas: {
      "io.example.Deployment": {
        type: "object",
        properties: {
          apiVersion: { type: "string" },
          kind: { type: "string" },
          metadata: { type: "object", properties: { name: { type: "string" }, labels: { type: "object" } } },
          spec: { allOf: [reference("Spec")], description: "What is wanted." },
        },
        "x-kubernetes-group-version-kind": [{ group: "apps", version: "v1", kind: "Deployment" }],
      },
      "io.example.Spec": {
        type: "object",
        required: ["template"],
        properties: {
          replicas: { type: "integer", description: "How many." },
          paused: { type: "boolean" },
          strategy: { type: "string", enum: ["Recreate", "RollingUpdate"] },
          template: reference("Template"),
        },
      },
      "io.example.Template": {
        type: "object",
        properties: { containers: { type: "array", items: reference("Container") } },
      },
      "io.example.Container": {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string" },
          image: { type: "string" },
          ports: { type: "array", items: { type: "object", properties: { containerPort: { type: "integer" } } } },
          env: { type: "array", items: { type: "object", properties: { name: { type: "string" } } } },
        },
      },
    },
  },
};

const HEAD = "apiVersion: apps/v1\nkind: Deployment\n";

/** `|` marks the cursor. */
function labels(text: string): string[] {
  const marked = HEAD + text;
  const offset = marked.indexOf("|");
  return completionsAt(marked.replace("|", ""), offset, document).options.map(({ label }) => label);
}

test.each<[string, string[]]>([
  ["|", ["metadata", "spec"]],
  ["spec:\n  |", ["template", "replicas", "paused", "strategy"]],
  ["spec:\n  re|", ["replicas"]],
  ["spec:\n  replicas: 1\n  |\n  paused: true", ["template", "strategy"]],
  ["spec:\n  paused: |", ["true", "false"]],
  ["spec:\n  strategy: R|", ["Recreate", "RollingUpdate"]],
  ["spec:\n  template:\n    containers:\n      - |", ["name", "image", "ports", "env"]],
  ["spec:\n  template:\n    containers:\n      - name: a\n        |", ["image", "ports", "env"]],
  ["spec:\n  template:\n    containers:\n    - name: a\n      |", ["image", "ports", "env"]],
  ["spec:\n  template:\n    containers:\n      - name: a\n        ports:\n          - c|", ["containerPort"]],
  ["spec:\n  template:\n    containers:\n      - name: a\n      - |", ["name", "image", "ports", "env"]],
  ["spec:\n  template:\n    containers: []\n  p|", ["paused", "replicas"]],
  ["metadata:\n  labels:\n    |", []],
  ["spec:\n  # re|", []],
  ["spec: {re|", []],
])("at the cursor in %j these are offered: %j", (text, expected) => {
  expect(labels(text)).toEqual(expected);
});

test("a key is inserted with what its type needs, and listed with its type and description", () => {
  const text = `${HEAD}spec:\n  template:\n    containers:\n      - na`;
  expect(completionsAt(text, text.length, document).options).toEqual([
    { label: "name", insert: "name: ", type: "string", required: true, description: "" },
  ]);
  const [spec] = completionsAt(`${HEAD}sp`, HEAD.length + 2, document).options;
  expect(spec).toMatchObject({ insert: "spec:\n  ", type: "Spec", description: "What is wanted." });
  const list = `${HEAD}spec:\n  template:\n    co`;
  expect(completionsAt(list, list.length, document).options[0]).toMatchObject({
    insert: "containers:\n      - ",
    type: "[]Container",
  });
});

test("each document of a text has its own kind", () => {
  const text = `apiVersion: v1\nkind: Other\n---\n${HEAD}spec:\n  pa`;
  expect(completionsAt(text, text.length, document).options.map(({ label }) => label)).toEqual(["paused"]);
  expect(completionsAt("apiVersion: v1\nkind: Other\n", 27, document).options).toEqual([]);
});
