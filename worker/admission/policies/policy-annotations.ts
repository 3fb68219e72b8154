/** The audit annotations of a policy: over several bindings and parameters, each value is kept once. */
import type { ValidatingAdmissionPolicy } from "../../../api/generated/admissionregistration.v1.ts";
import { noteAnnotation } from "../../audit/audited-request.ts";
import type { AdmissionRequest } from "../plugin.ts";
import type { Annotation } from "./evaluate-policy.ts";

const MAX_VALUE = 10 * 1024;

export class PolicyAnnotations {
  readonly #policy: string;
  readonly #values = new Map<string, Set<string>>();

  constructor({ metadata }: ValidatingAdmissionPolicy) {
    this.#policy = metadata.name ?? "";
  }

  /** Returns what kept annotations from being computed, which denies the request. */
  add(annotations: readonly Annotation[]): string[] {
    for (const { key, value } of annotations)
      if (value !== null) this.#values.set(key, (this.#values.get(key) ?? new Set()).add(value.slice(0, MAX_VALUE)));
    return annotations.flatMap(({ problem }) => problem ?? []);
  }

  publish({ context }: AdmissionRequest): void {
    for (const [key, values] of this.#values)
      noteAnnotation(context.request, `${this.#policy}/${key}`, [...values].join(", "));
  }
}
