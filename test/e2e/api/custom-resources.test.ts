import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientVersions } from "../rig/clients.ts";
import { Cluster } from "../rig/cluster.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ agent: false });
});
afterAll(() => cluster.remove());

const text = (description: string, more: object = {}) => ({ type: "string", description, ...more });
const definition = (group: string) =>
  JSON.stringify({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `foos.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "foos", singular: "foo", kind: "Foo", shortNames: ["fo"] },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          subresources: {
            status: {},
            scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
          },
          additionalPrinterColumns: [{ name: "Mood", type: "string", jsonPath: ".spec.mood" }],
          schema: {
            openAPIV3Schema: {
              type: "object",
              description: "Foo for tests.",
              properties: {
                spec: {
                  type: "object",
                  description: "What is wanted.",
                  required: ["mood"],
                  properties: {
                    mood: text("How it feels.", { enum: ["great", "down"] }),
                    replicas: { type: "integer" },
                    tags: { type: "array", items: { type: "string" } },
                  },
                },
                status: { type: "object", properties: { replicas: { type: "integer" } } },
              },
            },
          },
        },
      ],
    },
  });

describe.each(clientVersions)("kubectl %s and custom resources", (version) => {
  const group = `${version}.example.com`;
  const run = (command: string, input = "") => cluster.output(command, { version, input });
  const refused = async (command: string, input = "") => (await cluster.kubectl(command, { version, input })).stderr;
  const foo = (spec: object) =>
    JSON.stringify({ apiVersion: `${group}/v1`, kind: "Foo", metadata: { name: "a" }, spec });

  beforeAll(async () => {
    await run("apply -f -", definition(group));
    await run(`wait --for=condition=Established crd/foos.${group}`);
  });

  test("apply creates, configures, and leaves unchanged", async () => {
    expect(await run("apply -f -", foo({ mood: "great", tags: ["x", "y"] }))).toContain("created");
    expect(await run("apply -f -", foo({ mood: "great", tags: ["z"] }))).toContain("configured");
    expect(await run("apply -f -", foo({ mood: "great", tags: ["z"] }))).toContain("unchanged");
    expect(await run("apply --server-side --force-conflicts -f -", foo({ mood: "down" }))).toContain(
      "serverside-applied",
    );
    expect(await run(`get foos.${group} a -o jsonpath={.spec}`)).toBe('{"mood":"down"}');
  });

  test("get, edit's patch, scale and wait work as for other kinds", async () => {
    expect(await run(`get foos.${group}`)).toMatch(/NAME +MOOD\na +down/);
    await run(`patch foos.${group} a --type=merge -p {"spec":{"replicas":2}}`);
    expect(await run(`scale foos.${group} a --replicas=3`)).toContain("scaled");
    expect(await run(`get foos.${group} a --subresource=scale -o jsonpath={.spec.replicas}`)).toBe("3");
    await run(`patch foos.${group} a --subresource=status --type=merge -p {"status":{"replicas":3}}`);
    await run(`wait foos.${group}/a --for=jsonpath={.status.replicas}=3 --timeout=5s`);
  });

  test("a field that does not match the schema is refused by name", async () => {
    expect(await refused("apply -f -", foo({ mood: "great", nose: 1 }))).toContain('unknown field "spec.nose"');
    expect(await refused("apply -f -", foo({ mood: "so-so" }))).toContain('supported values: "great", "down"');
    expect(await refused("create -f -", foo({}))).toContain("spec.mood: Required value");
  });

  test("explain describes fields of a custom kind", async () => {
    expect(await run(`explain foos.spec --api-version=${group}/v1`)).toMatch(
      /What is wanted\.[\s\S]*mood\t<string> -required-/,
    );
    expect(await refused(`explain foos.spec.nose --api-version=${group}/v1`)).toContain('field "nose" does not exist');
  });

  test("delete removes the definition and its objects", async () => {
    await run(`delete crd foos.${group}`);
    expect(await refused(`get foos.${group}`)).toContain("the server doesn't have a resource type");
  });
});
