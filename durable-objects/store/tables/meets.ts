import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import { matches } from "../../../api/machinery/selectors/selector.ts";
import type { Pointer } from "./log-tables.ts";

/** Whether the object meets all requirements. Its attributes are only parsed if there are any. */
export const meets = ({ namespace, name, attributes }: Pointer, requirements: readonly Requirement[]): boolean =>
  requirements.length === 0 || matches(requirements, JSON.parse(attributes), { namespace, name });
