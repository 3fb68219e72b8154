import { expect, test } from "vitest";
import type { PodSpec, ServiceAccount } from "../../../api/generated/core.v1.ts";
import { unmountableEphemeralSecret, unmountableSecret } from "./mountable-secrets.ts";

const account = (enforced: string): ServiceAccount => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "sa", annotations: { "kubernetes.io/enforce-mountable-secrets": enforced } },
  secrets: [{ name: "listed" }],
  imagePullSecrets: [{ name: "pull" }],
});
const container = { name: "c", image: "i" };
const volume = (secretName: string): PodSpec => ({
  containers: [container],
  volumes: [{ name: "v", secret: { secretName } }],
});
const because = "is not allowed because service account sa does not reference that";

test.each<[string, PodSpec, string | undefined]>([
  ["a listed secret", volume("listed"), undefined],
  ["a volume", volume("other"), `volume with secret.secretName="other" ${because} secret`],
  [
    "a variable of an init container",
    {
      initContainers: [
        { name: "i", image: "i", env: [{ name: "E", valueFrom: { secretKeyRef: { name: "other", key: "k" } } }] },
      ],
      containers: [container],
    },
    `init container i with envVar E referencing secret.secretName="other" ${because} secret`,
  ],
  [
    "all keys of a secret",
    { containers: [{ ...container, envFrom: [{ secretRef: { name: "other" } }] }] },
    `container c with envFrom referencing secret.secretName="other" ${because} secret`,
  ],
  [
    "a pull secret",
    { containers: [container], imagePullSecrets: [{ name: "pull" }, { name: "other" }] },
    `imagePullSecrets[1].name="other" ${because} imagePullSecret`,
  ],
])("%s", (_, spec, problem) => {
  expect(unmountableSecret(spec, account("true"))).toBe(problem);
  expect(unmountableSecret(spec, account("false"))).toBeUndefined();
});

test("an ephemeral container has the same restriction as other containers", () => {
  const env = [{ name: "E", valueFrom: { secretKeyRef: { name: "other", key: "k" } } }];
  const spec: PodSpec = { ...volume("other"), ephemeralContainers: [{ name: "d", env }] };
  expect(unmountableEphemeralSecret(spec, account("true"))).toBe(
    `ephemeral container d with envVar E referencing secret.secretName="other" ${because} secret`,
  );
  expect(unmountableEphemeralSecret(spec, account("false"))).toBeUndefined();
  expect(unmountableEphemeralSecret(volume("other"), account("true"))).toBeUndefined();
});
