import { describe, expect, test } from "vitest";
import { structOf } from "../../schema/table.ts";
import { canonicalJson } from "../json/json-canonical.ts";
import { decodeMessage } from "../protobuf/decode.ts";
import { type DecodeRequest, decodeBody } from "./decode.ts";
import { decodeJson } from "./decode-json.ts";

const deployment = { group: "apps", version: "v1", kind: "Deployment" };
const configMap = { group: "", version: "v1", kind: "ConfigMap" };
const decode = (text: string, over: Partial<DecodeRequest> = {}) =>
  decodeBody({ text, syntax: "json", expected: configMap, fieldValidation: "Warn", ...over });
const messageOf = (text: string, over: Partial<DecodeRequest> = {}) => {
  const decoded = decode(text, over);
  return decoded.ok ? "decoded" : decoded.message;
};

describe("WIRE-JSON: decoding errors have Kubernetes' messages", () => {
  const refused = (kind: string) => `${kind} in version "v1" cannot be handled as a ${kind}: `;

  test.each([
    [
      { metadata: { labels: { k: 1 } } },
      "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
    ],
    [
      { metadata: { labels: [] } },
      "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
    ],
    [{ metadata: "x" }, "json: cannot unmarshal string into Go struct field Deployment.metadata of type v1.ObjectMeta"],
    [
      { metadata: { creationTimestamp: 5 } },
      "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string",
    ],
    [
      { metadata: { creationTimestamp: "now" } },
      'parsing time "now" as "2006-01-02T15:04:05Z07:00": cannot parse "now" as "2006"',
    ],
    [
      { spec: { template: { spec: { volumes: [{ configMap: { name: 1 } }] } } } },
      "json: cannot unmarshal number into Go struct field ConfigMapVolumeSource.spec.template.spec.volumes.VolumeSource.configMap.LocalObjectReference.name of type string",
    ],
    [
      { spec: { replicas: 1.5 } },
      "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
    [
      { spec: { replicas: 2 ** 31 } },
      "json: cannot unmarshal number 2147483648 into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
    [
      { spec: { template: [] } },
      "json: cannot unmarshal array into Go struct field DeploymentSpec.spec.template of type v1.PodTemplateSpec",
    ],
    [
      { spec: { strategy: { type: {} } } },
      "json: cannot unmarshal object into Go struct field DeploymentStrategy.spec.strategy.type of type v1.DeploymentStrategyType",
    ],
    [
      { spec: { strategy: { rollingUpdate: { maxSurge: true } } } },
      "json: cannot unmarshal bool into Go struct field RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32",
    ],
    [
      { spec: { template: { spec: { containers: [{ name: 5 }] } } } },
      "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.name of type string",
    ],
    [
      { spec: { template: { spec: { containers: [{ resources: { limits: "x" } }] } } } },
      "json: cannot unmarshal string into Go struct field ResourceRequirements.spec.template.spec.containers.resources.limits of type v1.ResourceList",
    ],
    // A quantity's own error wins over an earlier type error.
    [
      { spec: { replicas: "x", template: { spec: { overhead: { cpu: "abc" } } } } },
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      { spec: { replicas: "first", paused: "second" } },
      "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
  ])("%j is refused: %s", (body, message) => {
    expect(messageOf(JSON.stringify(body), { expected: deployment })).toBe(refused("Deployment") + message);
  });

  test.each([
    ['{"spec":{"replicas":1.0}}', "number 1.0"],
    ['{"spec":{"replicas":1e3}}', "number 1e3"],
  ])("integers in other notations are reported as written: %s", (text, found) => {
    expect(messageOf(text, { expected: deployment })).toContain(`json: cannot unmarshal ${found} into`);
  });

  test.each([
    ["", "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"],
    ["{", "couldn't get version/kind; json parse error: unexpected end of JSON input ({)"],
    [
      '{"a":1,}',
      `couldn't get version/kind; json parse error: invalid character '}' looking for beginning of object key string ({"a":1,})`,
    ],
    [
      "nope",
      "couldn't get version/kind; json parse error: invalid character 'o' in literal null (expecting 'u') (6e6f7065)",
    ],
    [
      "[]",
      'couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)',
    ],
    [
      '{"kind":5}',
      'couldn\'t get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string ({"kind":5})',
    ],
  ])("%j is unrecognized", (text, message) => {
    expect(messageOf(text)).toBe(`the object provided is unrecognized (must be of type ConfigMap): ${message}`);
  });

  test("WIRE-KIND: a body of another kind or version is refused", () => {
    expect(messageOf('{"apiVersion":"v1","kind":"Pod"}')).toBe(
      'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
    );
    expect(messageOf('{"apiVersion":"v2","kind":"ConfigMap"}')).toBe(
      'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    );
    expect(messageOf('{"apiVersion":"extensions/v1beta1","kind":"Deployment"}', { expected: deployment })).toBe(
      "the API version in the data (extensions/v1beta1) does not match the expected API version (apps/v1)",
    );
  });

  test("WIRE-KIND: an Eviction of policy/v1beta1 is accepted as v1", () => {
    const expected = { group: "policy", version: "v1", kind: "Eviction" };
    const decoded = decode('{"apiVersion":"policy/v1beta1","kind":"Eviction"}', { expected });
    expect(decoded).toMatchObject({ ok: true, object: { apiVersion: "policy/v1", kind: "Eviction" } });
    expect(messageOf('{"apiVersion":"policy/v2","kind":"Eviction"}', { expected })).toMatch(/policy\/v2/);
  });
});

describe("WIRE-STRICT: unknown and repeated fields", () => {
  const text = '{"metadata":{"name":"a","nope":1,"name":"b"},"data":{"k":"1","k":"2"},"Data":{},"other":true}';
  const told = [
    'unknown field "metadata.nope"',
    'duplicate field "metadata.name"',
    'duplicate field "data.k"',
    'unknown field "Data"',
    'unknown field "other"',
  ];

  test("are dropped, the last duplicate wins, and reported as fieldValidation requires", () => {
    const warned = decode(text);
    expect(warned).toMatchObject({ ok: true, warnings: told, object: { metadata: { name: "b" }, data: { k: "2" } } });
    expect(warned.ok && Object.keys(warned.object)).toEqual(["kind", "apiVersion", "metadata", "data"]);
    expect(decode(text, { fieldValidation: "Ignore" })).toMatchObject({ ok: true, warnings: [] });
    expect(messageOf(text, { fieldValidation: "Strict" })).toContain(`strict decoding error: ${told.join(", ")}`);
  });

  test("keep the path through lists", () => {
    const body = '{"spec":{"template":{"spec":{"containers":[{},{"env":[{"bad":1}]}]}}}}';
    expect(decode(body, { expected: deployment })).toMatchObject({
      warnings: ['unknown field "spec.template.spec.containers[1].env[0].bad"'],
    });
  });

  test("are reported up to a hundred", () => {
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x${i}`, i])));
    expect(decode(many)).toMatchObject({ warnings: { length: 100 } });
  });
});

describe("WIRE-DRAFT: the decoded draft", () => {
  test("has default kind and version, and every field that its type requires", () => {
    expect(decode("{}", { expected: deployment })).toMatchObject({
      object: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: {},
        status: {},
        spec: { strategy: {}, template: { metadata: {}, spec: { containers: [] } } },
      },
    });
    expect(decode("null")).toMatchObject({ ok: true, object: { kind: "ConfigMap", metadata: {} } });
  });

  test("drops what omitempty drops, and keeps what pointers hold", () => {
    const text =
      '{"metadata":{"name":"","generation":0},"spec":{"replicas":0,"minReadySeconds":0,"paused":false,"selector":{}}}';
    const decoded = decode(text, { expected: deployment });
    expect(decoded.ok && decoded.object).toMatchObject({ metadata: {}, spec: { replicas: 0, selector: {} } });
    const { metadata, spec } = decoded.ok
      ? (decoded.object as { metadata: object; spec: object })
      : { metadata: {}, spec: {} };
    expect(Object.keys(metadata)).toEqual([]);
    expect(Object.keys(spec)).toEqual(["replicas", "selector", "template", "strategy"]);
  });

  test("WIRE-SAID-EMPTY: keeps an empty list or map until it is stored", () => {
    const struct = structOf("apps.v1.Deployment");
    const text = '{"spec":{"selector":{"matchLabels":{}},"template":{"spec":{"containers":[],"volumes":[]}}}}';
    const decoded = decodeJson(text, struct);
    const spec = decoded.ok ? decoded.value.spec : undefined;
    expect(spec).toMatchObject({ selector: { matchLabels: {} }, template: { spec: { containers: [], volumes: [] } } });
    expect(canonicalJson({ spec }, struct).spec).toEqual({
      selector: {},
      template: { metadata: {}, spec: { containers: null } },
      strategy: {},
    });
  });

  test("has canonical quantities, times and bytes", () => {
    const quota = decodeJson(
      '{"spec":{"hard":{"cpu":"1000m","memory":"1024Ki","pods":5}}}',
      structOf("core.v1.ResourceQuota"),
    );
    expect(quota).toMatchObject({ value: { spec: { hard: { cpu: "1", memory: "1Mi", pods: "5" } } } });
    const meta = decodeJson('{"deletionTimestamp":"2024-01-01T01:00:00.9+02:00"}', structOf("meta.v1.ObjectMeta"));
    expect(meta).toMatchObject({ value: { deletionTimestamp: "2023-12-31T23:00:00Z" } });
    const secret = decodeJson('{"data":{"a":"aGk=\\n","b":null}}', structOf("core.v1.Secret"));
    expect(secret).toMatchObject({ value: { data: { a: "aGk=", b: "" } } });
    expect(decodeJson('{"data":{"a":"a"}}', structOf("core.v1.Secret"))).toMatchObject({
      message: "illegal base64 data at input byte 0",
    });
  });

  test("WIRE-DEPTH: survives hostile bodies", () => {
    const decoded = decode('{"data":{"__proto__":"x","constructor":"y"},"__proto__":{"polluted":1}}');
    expect(decoded.ok && JSON.stringify(decoded.object.data)).toBe('{"__proto__":"x","constructor":"y"}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(messageOf(`{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)).toContain(
      "invalid character '[' exceeded max depth",
    );
    expect(decode(`{"data":{"${"k".repeat(1_000_000)}":"v"}}`)).toMatchObject({ ok: true });
    expect(decode('{"data":{"k":"\\ud800\\u0041"}}')).toMatchObject({ object: { data: { k: "\ufffdA" } } });
  });
});

describe("YAML", () => {
  const yaml = (text: string, over: Partial<DecodeRequest> = {}) => decode(text, { syntax: "yaml", ...over });

  test("is parsed as YAML 1.1, with keys in order", () => {
    expect(
      yaml("kind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: |\n    two\n    lines\n  n: '1'\n  m: '1'\n"),
    ).toMatchObject({
      object: { metadata: { name: "a" }, data: { k: "two\nlines\n", false: "1", m: "1" } },
    });
    // Times are not timestamps, and hours not numbers, as in go-yaml.
    expect(
      yaml("metadata: {name: a}\ndata: {day: 2026-01-02, hour: 12:30, at: 2026-01-02T03:04:05.000060Z}"),
    ).toMatchObject({
      object: { data: { day: "2026-01-02", hour: "12:30", at: "2026-01-02T03:04:05.000060Z" } },
    });
    expect(yaml("metadata: {name: y}")).toMatchObject({
      message: expect.stringContaining(
        "cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string",
      ),
    });
    expect(yaml("zzz: 1\naaa: 2\nmetadata: {name: a}")).toMatchObject({
      warnings: ['unknown field "aaa"', 'unknown field "zzz"'],
    });
  });

  test("reports repeated keys with their line", () => {
    expect(yaml('data:\n  k: "1"\n  k: "2"\n', { fieldValidation: "Strict" })).toMatchObject({
      message: expect.stringContaining(
        'strict decoding error: yaml: unmarshal errors:\n  line 3: key "k" already set in map',
      ),
    });
  });

  test("invalid YAML is unrecognized", () => {
    expect(yaml("apiVersion: v1\n kind: x\n:::")).toMatchObject({
      message:
        "the object provided is unrecognized (must be of type ConfigMap): yaml: line 2: mapping values are not allowed in this context (61706956657273696f6e3a2076310a206b696e643a20780a3a3a3a)",
    });
    expect(
      yaml(
        `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi".replace(/./g, (c) => `${c}: &${c} [${Array(9).fill(`*${String.fromCharCode(c.charCodeAt(0) - 1)}`)}]\n`)}`,
      ),
    ).toMatchObject({ ok: false });
  });
});

describe("WIRE-PARTS: a body with more values than allowed is refused before defaulting", () => {
  const pod = { group: "", version: "v1", kind: "Pod" };
  const containers = (count: number) =>
    `{"kind":"Pod","apiVersion":"v1","spec":{"containers":[${"{},".repeat(count - 1)}{}]}}`;

  test("in JSON", () => {
    expect(messageOf(containers(99_000), { expected: pod })).toBe("decoded");
    expect(messageOf(containers(900_000), { expected: pod })).toContain("the object has more than 100000 parts");
  });

  test("in protobuf", () => {
    const of = (count: number) => {
      const empty = Buffer.from("1200".repeat(count), "hex");
      let length = empty.length;
      const varint: number[] = [];
      for (; length >= 0x80; length >>>= 7) varint.push((length & 0x7f) | 0x80);
      return Buffer.concat([Buffer.from([0x12, ...varint, length]), empty]);
    };
    expect(decodeMessage(of(1000), structOf("core.v1.Pod"))).toMatchObject({ spec: {} });
    expect(() => decodeMessage(of(900_000), structOf("core.v1.Pod"))).toThrow("more than 100000 parts");
  });
});
