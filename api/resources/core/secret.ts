import type { Secret } from "../../generated/core.v1.ts";
import { encodeBase64 } from "../../machinery/encoding/base64.ts";
import { utf8Bytes } from "../../machinery/encoding/utf8.ts";
import { setMember } from "../../machinery/json/json-object.ts";
import { keyPairProblem } from "../../machinery/x509/key-pair.ts";
import { defineResource } from "../resource.ts";
import { TLS, validateSecret, validateSecretUpdate } from "./secret-validation.ts";

export const secret = defineResource<Secret>({
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "changes", "meta", "whole"],
  defaults: (draft) => {
    if (!draft.type) draft.type = "Opaque";
    foldStringData(draft);
  },
  prepareUpdate: (draft, old) => {
    // An empty type in an update means the old one; versioned defaulting has turned it into Opaque by then.
    if (draft.type === "Opaque" && !old.type) draft.type = old.type ?? "Opaque";
  },
  warnings: ({ type, data }) => {
    const problem = type === TLS ? keyPairProblem(data?.["tls.crt"] ?? "", data?.["tls.key"] ?? "") : undefined;
    return problem === undefined ? [] : [problem];
  },
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
  fields: { type: ({ type }) => type ?? "" },
  columns: [
    {
      name: "Type",
      type: "string",
      description: { field: "core.v1.Secret.type" },
      of: ({ type }) => type ?? "",
    },
    {
      name: "Data",
      type: "string",
      description: { field: "core.v1.Secret.data" },
      of: ({ data }) => Object.keys(data ?? {}).length,
    },
  ],
});

/** stringData is write-only: its texts are merged into data. */
function foldStringData(draft: Secret): void {
  for (const [key, text] of Object.entries(draft.stringData ?? {})) {
    draft.data ??= {};
    setMember(draft.data, key, encodeBase64(utf8Bytes(text)));
  }
  delete draft.stringData;
}
