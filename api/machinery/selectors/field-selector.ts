/**
 * Field selectors as text, `status.phase!=Running,spec.nodeName=a`: grammar and messages of apimachinery pkg/fields.
 */

import { goQuote } from "../field-error.ts";
import type { ParsedSelector } from "./label-selector.ts";
import type { Requirement } from "./requirement.ts";

const refused = (message: string): ParsedSelector => ({ ok: false, message });

/** Whether the kind has the fields is a separate question: see {@link unknownFieldMessage}. */
export function parseFieldSelector(text: string): ParsedSelector {
  const requirements: Requirement[] = [];
  for (const term of splitTerms(text).sort()) {
    if (term === "") continue;
    const [, key, operator, escaped] = /^(.*?)(!=|==|=)(.*)$/s.exec(term) ?? [];
    if (key === undefined || escaped === undefined) {
      return refused(`invalid selector: '${text}'; can't understand '${term}'`);
    }
    const value = unescapeValue(escaped);
    if (!value.ok) return value;
    if (key === "" && value.text === "") continue;
    requirements.push({ of: "field", key, operator: operator === "!=" ? "notin" : "in", values: [value.text] });
  }
  return { ok: true, requirements };
}

/** Splits at unescaped commas; escapes are kept. */
function splitTerms(text: string): string[] {
  const terms = [""];
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === ",") terms.push("");
    else terms.push(`${terms.pop()}${char}${char === "\\" ? text.charAt(++at) : ""}`);
  }
  return terms;
}

function unescapeValue(escaped: string): { ok: true; text: string } | { ok: false; message: string } {
  let text = "";
  for (let at = 0; at < escaped.length; at++) {
    const char = escaped.charAt(at);
    if (char === "," || char === "=") {
      return { ok: false, message: `invalid field selector: unescaped character in value: ${char.charCodeAt(0)}` };
    }
    if (char !== "\\") text += char;
    else {
      const next = escaped.charAt(++at);
      if (next === "" || !"\\,=".includes(next)) {
        return { ok: false, message: `invalid field selector: invalid escape sequence: \\${next}` };
      }
      text += next;
    }
  }
  return { ok: true, text };
}

interface Selectable {
  readonly group: string;
  readonly kind: string;
  readonly fields?: object;
  /** Set for custom resources, which all use the same conversion. */
  readonly structuralSchema?: unknown;
}

/**
 * The text of the 400 for a field that the kind cannot be selected by. It depends on which code converts the field
 * label.
 */
export function unknownFieldMessage(kind: Selectable, field: string): string {
  if (kind.group === "batch" && kind.kind === "Job") return `field label "${field}" not supported for Job`;
  if (kind.group === "resource.k8s.io" && kind.kind === "ResourceSlice")
    return `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`;
  if (kind.structuralSchema !== undefined || (kind.fields && Object.keys(kind.fields).length > 0))
    return `field label not supported: ${field}`;
  return `${goQuote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
