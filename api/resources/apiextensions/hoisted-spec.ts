/**
 * A definition as Kubernetes holds it internally: what all versions have in common is hoisted, and is named so in
 * messages (`spec.validation` for a schema that every version has).
 */
import type {
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from "../../generated/apiextensions.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";

const HOISTED = ["schema", "subresources", "additionalPrinterColumns", "selectableFields"] as const;
type Hoisted = (typeof HOISTED)[number];

export interface HoistedSpec extends Pick<CustomResourceDefinitionVersion, Hoisted> {
  readonly original: CustomResourceDefinitionSpec;
  /** Without what was hoisted. */
  readonly versions: readonly CustomResourceDefinitionVersion[];
  /** Whether any version has a status subresource. */
  readonly anyStatus: boolean;
}

export function hoistedSpec(spec: CustomResourceDefinitionSpec): HoistedSpec {
  const all = spec.versions ?? [];
  const versions = all.map((version) => ({ ...version }));
  const common: Pick<CustomResourceDefinitionVersion, Hoisted> = {};
  for (const field of HOISTED) {
    const [first, ...others] = all.map((version) => version[field]);
    if (first === undefined || !others.every((value) => sameValue(value, first))) continue;
    Object.assign(common, { [field]: first });
    for (const version of versions) delete version[field];
  }
  const anyStatus = all.some(({ subresources }) => subresources?.status !== undefined);
  return { ...common, original: spec, versions, anyStatus };
}
