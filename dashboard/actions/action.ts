/** An action on an object: its label, its effect in words and as a command, and its implementation. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Outcome } from "../../client/api-client.ts";
import type { Kind } from "../api/kind.ts";
import type { Deed } from "../api/may.ts";
import type { Fate } from "./also-touches.tsx";

export interface Action {
  readonly title: string;
  readonly needs: Deed;
  /** The kind of the object that it creates, for actions that do not change the displayed one. */
  readonly makes?: Kind;
  /** What will happen, for the confirmation. */
  readonly consequence: string;
  /** What else it affects, one line each, determined during the confirmation. */
  readonly alsoTouches?: { readonly fate: Fate; readonly of: () => Promise<readonly string[]> };
  readonly danger?: boolean;
  /** A number to choose, if the action takes one. */
  readonly amount?: { readonly label: string; readonly value: number };
  readonly command: (amount: number) => string;
  readonly run: (amount: number) => Promise<Outcome<unknown>>;
  /** What has been done, according to the answer. */
  readonly done: string | ((answer: unknown) => string);
}

/** Undefined if the action does not apply to the object's kind. */
export type ActionOf = (kind: Kind, object: Stored<KubeObject>) => Action | undefined;
