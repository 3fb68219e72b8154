import type { KubeObject } from "../../api/machinery/meta.ts";
import { ObjectTooLarge } from "../api-error.ts";

/**
 * Commits an object, and where it is too large does so once more without its managedFields, which can be most of it. Whoever
 * applies is told instead (`tracked`): he is to own what he applied.
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
