import { compareTexts } from "../../compare-texts.ts";
import type { KubeObject } from "../../machinery/meta.ts";

export const DEFAULT_STORAGE_CLASS: readonly string[] = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

/**
 * Of the classes marked as default by one of the annotations: the newest, and among equally old ones the first by name.
 */
export function defaultClassOf(classes: readonly KubeObject[], annotations: readonly string[]): string | undefined {
  const isDefault = ({ metadata }: KubeObject) => annotations.some((key) => metadata.annotations?.[key] === "true");
  const [newest] = classes
    .filter(isDefault)
    .toSorted(
      ({ metadata: a }, { metadata: b }) =>
        compareTexts(b.creationTimestamp ?? "", a.creationTimestamp ?? "") || compareTexts(a.name ?? "", b.name ?? ""),
    );
  return newest?.metadata.name;
}
