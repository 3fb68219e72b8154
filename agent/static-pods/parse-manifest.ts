/** A static pod from a manifest on the machine, named, defaulted and validated as by the kubelet. */
import { createHash } from "node:crypto";
import type { Pod } from "../../api/generated/core.v1.ts";
import { yamlToJson } from "../../api/machinery/yaml/decode-yaml.ts";
import { pod as podKind } from "../../api/resources/core/pod.ts";
import { HASH, SEEN, SOURCE } from "./mirror.ts";

export type ParsedManifest =
  | { readonly ok: true; readonly pod: Pod }
  | { readonly ok: false; readonly message: string };

const no = (message: string): ParsedManifest => ({ ok: false, message });

export interface ManifestPlace {
  readonly nodeName: string;
  readonly file: string;
  readonly now: number;
}

export function parseManifest(text: string, { nodeName, file, now }: ManifestPlace): ParsedManifest {
  const converted = yamlToJson(text);
  if (!converted.ok) return no(converted.message);
  const draft = JSON.parse(converted.json, withoutNull) as Partial<Pod> | undefined;
  if (draft?.apiVersion !== "v1" || draft.kind !== "Pod") return no("it is not a v1 Pod");
  const { name = "", namespace = "default", annotations, labels } = draft.metadata ?? {};
  if (name === "" || !Array.isArray(draft.spec?.containers)) return no("it has no name, or no containers");
  // A changed manifest is another pod; an unchanged one stays the same when the agent restarts.
  const uid = createHash("md5")
    .update(JSON.stringify([nodeName, file, draft]))
    .digest("hex");
  const pod: Pod = {
    ...draft,
    metadata: {
      name: `${name}-${nodeName}`,
      namespace,
      uid,
      ...(labels === undefined ? {} : { labels }),
      annotations: {
        ...annotations,
        [HASH]: uid,
        [SEEN]: new Date(now).toISOString(),
        [SOURCE]: "file",
      },
    },
    spec: {
      ...draft.spec,
      nodeName,
      tolerations: [...(draft.spec.tolerations ?? []), { operator: "Exists", effect: "NoExecute" }],
    },
    status: { phase: "Pending" },
  };
  podKind.defaults?.(pod);
  const [problem] = podKind.validate?.(pod) ?? [];
  return problem === undefined ? { ok: true, pod } : no(`${problem.path}: ${problem.message}`);
}

/** For JSON.parse: a field without a value is not there, as for Kubernetes' decoders. */
function withoutNull(this: unknown, _: string, value: unknown): unknown {
  return value === null && !Array.isArray(this) ? undefined : value;
}
