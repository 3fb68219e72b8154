import { expect, test } from "vitest";
import type { FieldError } from "../../machinery/field-error.ts";
import { checkCollisionCount, checkReplicasTemplate } from "./replicas-validation.ts";

test("several replicas may mount one GCE disk, read-only or not", () => {
  const errors: FieldError[] = [];
  checkReplicasTemplate(errors, {
    replicas: 3,
    selector: { matchLabels: { a: "b" } },
    template: {
      metadata: { labels: { a: "b" } },
      spec: {
        dnsPolicy: "ClusterFirst",
        restartPolicy: "Always",
        terminationGracePeriodSeconds: 30,
        volumes: [{ name: "v", gcePersistentDisk: { pdName: "p" } }],
        containers: [{ name: "c", image: "i", imagePullPolicy: "Always", terminationMessagePolicy: "File" }],
      },
    },
  });
  expect(errors).toEqual([]);
});

test.each([
  [undefined, 0, true],
  [0, 1, true],
  [1, 1, false],
  [0, undefined, false],
])("a collision count of %s after one of %s is refused as decreasing: %s", (next, old, refused) => {
  const errors: FieldError[] = [];
  checkCollisionCount(errors, next, old);
  expect(errors.map(({ message }) => message)).toEqual(refused ? ["Invalid value: 0: cannot be decremented"] : []);
});
