/** What is known about a call before it is made, and what that tells. */
import type { Type } from "../values/type.ts";
import type { Range } from "./cost-range.ts";

export interface Argument {
  readonly type: Type;
  readonly size: Range;
  /** For a list, the size of its items. */
  readonly item: Range;
  /** For an integer literal, its value. */
  readonly literal?: number;
}

export interface CallEstimate {
  readonly cost: Range;
  readonly size?: Range;
}
