/** Something that can be done to an object: what it is called, what it does in words and as a command, and how. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Outcome } from "../../client/api-client.ts";
import type { Kind } from "../api/kind.ts";
import type { Deed } from "../api/may.ts";

export interface Action {
  readonly title: string;
  readonly needs: Deed;
  /** The kind of what it makes, where it does nothing to the object itself. */
  readonly makes?: Kind;
  /** What will happen, for whoever is about to confirm it. */
  readonly consequence: string;
  /** What else it will touch, a line each, found out while it is being confirmed. */
  readonly alsoTouches?: () => Promise<readonly string[]>;
  readonly danger?: boolean;
  /** A number to choose, where there is one. */
  readonly amount?: { readonly label: string; readonly value: number };
  readonly command: (amount: number) => string;
  readonly run: (amount: number) => Promise<Outcome<unknown>>;
  readonly done: string;
}

/** Undefined where the object's kind does not know the action. */
export type ActionOf = (kind: Kind, object: Stored<KubeObject>) => Action | undefined;
