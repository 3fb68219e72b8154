/** What a webhook answers, as far as its kind goes: an AdmissionReview or a ConversionReview (apiserver/pkg/util/webhook). */
import { type GroupVersionKind, kindIn } from "../../api/machinery/decode/decode-kind.ts";
import { parseJson } from "../../api/machinery/json/json-syntax.ts";
import { apiVersionOf, parseApiVersion } from "../../api/machinery/meta.ts";

interface Asked {
  /** Of the review that was sent. */
  readonly kind: string;
  readonly apiVersion: string;
}

export type ParsedReview =
  | {
      readonly ok: true;
      readonly review: { readonly kind?: string; readonly apiVersion?: string; readonly response?: unknown };
    }
  | { readonly ok: false; readonly problem: string };

export function parseReview(text: string, asked: Asked): ParsedReview {
  const parsed = parseJson(text);
  // What is no JSON may be YAML: a mere text.
  const found = parsed.ok ? kindIn(parsed.value) : /^\s*[[{]/.test(text) ? parsed : kindIn(text);
  if (!found.ok || !parsed.ok) {
    const why = found.ok ? "" : found.message;
    const problem = why.startsWith("couldn't") ? why : `couldn't get version/kind; json parse error: ${why}`;
    return { ok: false, problem };
  }
  const foreign = foreignKind(found, asked);
  return foreign === undefined ? { ok: true, review: parsed.value ?? {} } : { ok: false, problem: foreign };
}

/** What an answer says that says too little of what it is. */
export function unnamedReview(
  { kind = "", apiVersion = "/" }: { readonly kind?: string; readonly apiVersion?: string },
  asked: Asked,
): string | undefined {
  if (kind === asked.kind && apiVersion === asked.apiVersion) return undefined;
  return `expected webhook response of ${asked.apiVersion}, Kind=${asked.kind}, got ${apiVersion}, Kind=${kind}`;
}

const VERSIONS = ["v1", "v1beta1"];

/** An answer that says what it is is read as that, and must be what was asked for. */
function foreignKind({ group, version, kind }: GroupVersionKind, asked: Asked): string | undefined {
  if (kind === "" || version === "") return undefined;
  const wanted = parseApiVersion(asked.apiVersion);
  const said = apiVersionOf(group, version);
  if (kind !== asked.kind || group !== wanted.group || !VERSIONS.includes(version))
    return `no kind "${kind}" is registered for version "${said}" in scheme "pkg/util/webhook/client.go:71"`;
  if (version === wanted.version) return undefined;
  return `converting (${version}.${kind}) to (${wanted.version}.${kind}): unknown conversion`;
}
