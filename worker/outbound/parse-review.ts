/**
 * Parses a webhook's answer and checks its kind: an AdmissionReview or a ConversionReview (apiserver/pkg/util/webhook).
 */
import { type GroupVersionKind, kindIn } from "../../api/machinery/decode/decode-kind.ts";
import { parseJson } from "../../api/machinery/json/json-syntax.ts";
import { apiVersionOf, parseApiVersion } from "../../api/machinery/meta.ts";
import { readYaml } from "../../api/machinery/yaml/decode-yaml.ts";

interface ExpectedReview {
  /** The kind of the review that was sent. */
  readonly kind: string;
  readonly apiVersion: string;
}

export type ParsedReview =
  | {
      readonly ok: true;
      readonly review: { readonly kind?: string; readonly apiVersion?: string; readonly response?: unknown };
    }
  | { readonly ok: false; readonly problem: string };

export function parseReview(text: string, request: ExpectedReview): ParsedReview {
  const isJson = /^\s*\{/.test(text);
  // What does not begin like a JSON object is YAML, whatever its content type.
  const parsed = isJson ? parseJson(text) : readYaml(text);
  const found = parsed.ok ? kindIn(parsed.value) : parsed;
  if (!parsed.ok || !found.ok) {
    const why = found.ok ? "" : found.message;
    const isComplete = why.startsWith("couldn't") || why.startsWith("yaml: ");
    return { ok: false, problem: isComplete ? why : `couldn't get version/kind; json parse error: ${why}` };
  }
  const foreign = foreignKind(found, request);
  return foreign === undefined ? { ok: true, review: parsed.value ?? {} } : { ok: false, problem: foreign };
}

/** The error for an answer that does not state its kind. */
export function unnamedReview(
  { kind = "", apiVersion = "/" }: { readonly kind?: string; readonly apiVersion?: string },
  request: ExpectedReview,
): string | undefined {
  if (kind === request.kind && apiVersion === request.apiVersion) return undefined;
  return `expected webhook response of ${request.apiVersion}, Kind=${request.kind}, got ${apiVersion}, Kind=${kind}`;
}

const VERSIONS = ["v1", "v1beta1"];

/** An answer that states its kind is decoded as that kind, which must be the expected one. */
function foreignKind({ group, version, kind }: GroupVersionKind, request: ExpectedReview): string | undefined {
  if (kind === "" || version === "") return undefined;
  const wanted = parseApiVersion(request.apiVersion);
  const apiVersion = apiVersionOf(group, version);
  if (kind !== request.kind || group !== wanted.group || !VERSIONS.includes(version))
    return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/util/webhook/client.go:71"`;
  if (version === wanted.version) return undefined;
  return `converting (${version}.${kind}) to (${wanted.version}.${kind}): unknown conversion`;
}
