/** The storage version hash in discovery, by which clients learn that objects should be rewritten. */
import { encodeBase64 } from "../../../api/machinery/encoding/base64.ts";
import { sha256 } from "../../../api/machinery/encoding/hmac-sha256.ts";
import { utf8Bytes } from "../../../api/machinery/encoding/utf8.ts";
import type { Resource } from "../../../api/resources/resource.ts";

const LENGTH = 8;

type Stored = Pick<Resource, "group" | "version" | "kind" | "storageVersion">;

/** Kinds that kube-apiserver 1.36 stores at an older version than it serves: clients know that version's hash. */
const WRITTEN_OLDER: Readonly<Record<string, string>> = {
  CustomResourceDefinition: "v1beta1",
  MutatingAdmissionPolicy: "v1beta1",
  MutatingAdmissionPolicyBinding: "v1beta1",
};

/** As in kube-apiserver: the first bytes of a digest of group, version and kind, in base64. */
export function storageVersionHash({ group, version, kind, storageVersion }: Stored): string {
  const written = storageVersion ?? WRITTEN_OLDER[kind] ?? version;
  return encodeBase64(sha256(utf8Bytes(`${group}/${written}/${kind}`)).slice(0, LENGTH));
}
