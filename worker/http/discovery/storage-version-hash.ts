/** What discovery says of how a kind is stored: clients compare it, to learn that objects are to be written anew. */
import { encodeBase64 } from "../../../api/machinery/base64.ts";
import { sha256 } from "../../../api/machinery/hmac-sha256.ts";
import { utf8Bytes } from "../../../api/machinery/utf8.ts";
import type { Resource } from "../../../api/resources/resource.ts";

const LENGTH = 8;

type Stored = Pick<Resource, "group" | "version" | "kind" | "storageVersion">;

/** As kube-apiserver makes it: the first bytes of a digest of group, version and kind, in base64. */
export const storageVersionHash = ({ group, version, kind, storageVersion = version }: Stored): string =>
  encodeBase64(sha256(utf8Bytes(`${group}/${storageVersion}/${kind}`)).slice(0, LENGTH));
