/** An action on several objects of one kind. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Outcome } from "../../client/api-client.ts";
import type { Fate } from "../actions/also-touches.tsx";
import type { Kind, ObjectName } from "../api/kind.ts";
import type { Deed } from "../api/may.ts";

/** What the action needs to know, as text. */
export interface Input {
  readonly label: string;
  readonly hint?: string;
  readonly numeric: boolean;
  readonly initial: string;
  /** What is wrong with the value; "" if nothing is. */
  readonly problemOf: (value: string) => string;
}

export interface BulkAction {
  readonly title: string;
  readonly needs: Deed;
  /** What will happen to them, for the confirmation. */
  readonly consequence: (objects: readonly Stored<KubeObject>[]) => string;
  /** What else it affects, one line each. */
  readonly alsoTouches?: {
    readonly fate: Fate;
    readonly of: (objects: readonly Stored<KubeObject>[]) => Promise<readonly string[]>;
  };
  readonly danger?: boolean;
  readonly input?: Input;
  readonly command: (objects: readonly ObjectName[], value: string) => string;
  /** Only the object's metadata is known. */
  readonly run: (object: Stored<KubeObject>, value: string) => Promise<Outcome<unknown>>;
  /** What has been done to one, according to the answer: `deleted`. */
  readonly done: (answer: unknown) => string;
}

/** Undefined if it does not apply to the kind. */
export type BulkActionOf = (kind: Kind) => BulkAction | undefined;
