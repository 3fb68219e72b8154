import type { KubeObject } from "../../api/machinery/meta.ts";
import { ObjectTooLarge } from "../api-error.ts";

/**
 * Commits an object; if it is too large, tries once more without managedFields, which can be most of it. For an apply
 * (`tracked`) the error is reported instead, because appliers must own what they apply.
 */
export async function fitObject<T>(
  { metadata }: KubeObject,
  { tracked = false }: { readonly tracked?: boolean | undefined },
  commit: () => Promise<T>,
): Promise<T> {
  try {
    return await commit();
  } catch (problem) {
    if (!(problem instanceof ObjectTooLarge) || tracked || metadata.managedFields === undefined) throw problem;
    delete metadata.managedFields;
    return commit();
  }
}
