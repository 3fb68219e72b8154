import { expect, test } from "vitest";
import { goFieldName } from "./go-names.ts";

test.each([
  ["core.v1.PodSpec", "nodeName", "NodeName"],
  ["core.v1.PodSpec", "dnsPolicy", "DNSPolicy"],
  ["core.v1.PodSpec", "serviceAccount", "DeprecatedServiceAccount"],
  ["core.v1.PodSecurityContext", "fsGroupChangePolicy", "FSGroupChangePolicy"],
  ["core.v1.SecurityContext", "seLinuxOptions", "SELinuxOptions"],
  ["core.v1.Container", "image", "Image"],
  ["core.v1.RBDVolumeSource", "image", "RBDImage"],
  ["core.v1.PhotonPersistentDiskVolumeSource", "pdID", "PdID"],
  ["core.v1.GCEPersistentDiskVolumeSource", "pdName", "PDName"],
  ["batch.v1.JobSpec", "ttlSecondsAfterFinished", "TTLSecondsAfterFinished"],
])("%s.%s is %s in Go", (struct, field, goName) => {
  expect(goFieldName(struct, field)).toBe(goName);
});
