import { expect, test } from "vitest";
import type { FieldError } from "../../machinery/field-error.ts";
import { checkReplicasTemplate } from "./replicas-validation.ts";

test("several replicas may mount one GCE disk, whether they write or not", () => {
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
