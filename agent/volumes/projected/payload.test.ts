import { describe, expect, it } from "vitest";
import type { ConfigMap, Pod, Secret, Volume } from "../../../api/generated/core.v1.ts";
import { volumePayload } from "./payload.ts";

const map: ConfigMap = {
  metadata: { name: "m" },
  data: { a: "A", b: "B" },
  binaryData: { raw: Buffer.from([0, 255]).toString("base64") },
};
const secret: Secret = { metadata: { name: "s" }, data: { a: Buffer.from("secret").toString("base64") } };

function filesOf(volume: Partial<Volume>, spec: Partial<Pod["spec"]> = {}): Record<string, string> | string {
  const pod: Pod = {
    metadata: { name: "p", namespace: "ns", labels: { app: "x" } },
    spec: { containers: [{ name: "c", resources: { limits: { cpu: "1500m" } } }], ...spec },
    status: {},
  };
  try {
    const payload = volumePayload(
      { name: "v", ...volume },
      {
        pod,
        objects: {
          configMap: (name) => (name === "m" ? map : undefined),
          secret: (name) => (name === "s" ? secret : undefined),
          claim: () => undefined,
          services: () => [],
        },
        addresses: { podIPs: [], hostIPs: [] },
        allocatable: {},
        tokens: new Map([["token", "t0k3n"]]),
      },
    );
    return Object.fromEntries(
      [...(payload ?? [])].map(([path, { content, mode, uid }]) => [
        path,
        `${content.toString("latin1")} ${mode.toString(8)}${uid === undefined ? "" : ` ${uid}`}`,
      ]),
    );
  } catch (error) {
    return (error as Error).message;
  }
}

describe("files of an API volume", () => {
  it.each<[string, Partial<Volume>, Record<string, string> | string]>([
    ["all keys of a ConfigMap", { configMap: { name: "m" } }, { a: "A 644", b: "B 644", raw: "\0\u00ff 644" }],
    ["all keys of a Secret", { secret: { secretName: "s", defaultMode: 0o400 } }, { a: "secret 400" }],
    [
      "items at their paths",
      {
        configMap: {
          name: "m",
          defaultMode: 0o440,
          items: [
            { key: "a", path: "d/x", mode: 0o600 },
            { key: "b", path: "y" },
          ],
        },
      },
      { "d/x": "A 600", y: "B 440" },
    ],
    [
      "a missing key",
      { configMap: { name: "m", items: [{ key: "z", path: "z" }] } },
      "configmap references non-existent config key: z",
    ],
    [
      "a missing key of a Secret",
      { secret: { secretName: "s", items: [{ key: "z", path: "z" }] } },
      "references non-existent secret key: z",
    ],
    ["a missing optional key", { secret: { secretName: "s", optional: true, items: [{ key: "z", path: "z" }] } }, {}],
    ["a missing ConfigMap", { configMap: { name: "n" } }, 'configmap "n" not found'],
    ["a missing Secret", { secret: { secretName: "n" } }, 'secret "n" not found'],
    ["a missing optional ConfigMap", { configMap: { name: "n", optional: true } }, {}],
    [
      "downward API fields and resources",
      {
        downwardAPI: {
          items: [
            { path: "labels", fieldRef: { fieldPath: "metadata.labels" } },
            { path: "cpu", mode: 0o600, resourceFieldRef: { containerName: "c", resource: "limits.cpu" } },
          ],
        },
      },
      { labels: 'app="x" 644', cpu: "2 600" },
    ],
    [
      "resources of an unknown container",
      {
        downwardAPI: { items: [{ path: "x", resourceFieldRef: { containerName: "z", resource: "limits.cpu" } }] },
      },
      'container "z" not found',
    ],
    [
      "sources together, later ones over earlier ones",
      {
        projected: {
          defaultMode: 0o640,
          sources: [
            { configMap: { name: "m", items: [{ key: "a", path: "a" }] } },
            { secret: { name: "s" } },
            { serviceAccountToken: { path: "token" } },
          ],
        },
      },
      { a: "secret 640", token: "t0k3n 640" },
    ],
    ["an unsupported source", { projected: { sources: [{}] } }, "projected source is not supported by this node"],
    [
      "several faulty sources, each reported once",
      { projected: { sources: [{ configMap: { name: "none" } }, {}, { secret: { name: "none" } }, {}] } },
      '[configmap "none" not found, projected source is not supported by this node, secret "none" not found]',
    ],
    ["another kind of volume", { emptyDir: {} }, {}],
  ])("%s", (_, volume, expected) => {
    expect(filesOf(volume)).toEqual(expected);
  });

  const token: Partial<Volume> = { projected: { sources: [{ serviceAccountToken: { path: "token" } }] } };
  const users = (...all: (number | undefined)[]) => ({
    containers: all.map((runAsUser, index) => ({
      name: `c${index}`,
      ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }),
    })),
  });
  it.each<[string, Partial<Pod["spec"]>, string]>([
    ["everybody if users differ", users(1, 2), "644"],
    ["everybody if one is the image's user", users(1, undefined), "644"],
    ["the user of all containers", users(7, 7), "600 7"],
    ["the pod's user", { ...users(undefined), securityContext: { runAsUser: 8 } }, "600 8"],
    ["the volume's group", { ...users(1, 2), securityContext: { fsGroup: 9 } }, "600"],
    ["the user of all containers and the volume's group", { ...users(7), securityContext: { fsGroup: 9 } }, "600 7"],
    ["everybody if an init container has another user", { ...users(7), initContainers: [{ name: "i" }] }, "644"],
  ])("a token is readable by %s", (_, spec, expected) => {
    expect(filesOf(token, spec)).toEqual({ token: `t0k3n ${expected}` });
  });
});
