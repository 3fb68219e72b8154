/** What a pod template may become on an update, whatever kind it is in. */
import { expect, test } from "vitest";
import { decoded, kindOf } from "../../test/fakes/objects/kind-errors.ts";
import type { KubeObject } from "../machinery/meta.ts";

const template = (seLinuxChangePolicy?: string) => ({
  metadata: { labels: { a: "b" } },
  spec: {
    containers: [{ name: "c", image: "i" }],
    ...(seLinuxChangePolicy && { securityContext: { seLinuxChangePolicy } }),
  },
});
const selector = { matchLabels: { a: "b" } };

test.each<[kind: string, bodyOf: (policy?: string) => object]>([
  ["DaemonSet", (policy) => ({ spec: { selector, template: template(policy) } })],
  ["Deployment", (policy) => ({ spec: { selector, template: template(policy) } })],
  ["PodTemplate", (policy) => ({ template: template(policy) })],
  ["ReplicaSet", (policy) => ({ spec: { selector, template: template(policy) } })],
  ["ReplicationController", (policy) => ({ spec: { selector: { a: "b" }, template: template(policy) } })],
  ["StatefulSet", (policy) => ({ spec: { selector, serviceName: "s", template: template(policy) } })],
  [
    "CronJob",
    (policy) => {
      const never = template(policy);
      const job = { template: { ...never, spec: { ...never.spec, restartPolicy: "Never" } } };
      return { spec: { schedule: "@daily", jobTemplate: { spec: job } } };
    },
  ],
])("where the template of a %s has a policy for SELinux, it may be either", (name, bodyOf) => {
  const kind = kindOf(name);
  const withPolicy = (policy?: string) => decoded(name, bodyOf(policy));
  const problems = (next: KubeObject, old: KubeObject) =>
    [...(kind.validate?.(next, old) ?? []), ...(kind.validateUpdate?.(next, old) ?? [])].map(({ message }) => message);
  const next = withPolicy("MountOption");
  expect(problems(next, withPolicy())).toEqual(['Unsupported value: "MountOption": supported values: "Recursive"']);
  expect(problems(next, withPolicy("Recursive"))).toEqual([]);
});
