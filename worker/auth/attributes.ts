/** What is asked of authorization (apiserver/pkg/authorization/authorizer). */
import type { Requirement } from "../../api/store.ts";

export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** "" for the cluster scope. */
  readonly namespace: string;
  /** "" where the request names no object. */
  readonly name: string;
  /** Of lists, watches and deletions of collections, where it can be read. */
  readonly fieldSelector?: readonly Requirement[];
}

export interface NonResourceAttributes {
  readonly verb: string;
  readonly path: string;
}

export type Attributes = ResourceAttributes | NonResourceAttributes;

export const isResource = (attributes: Attributes): attributes is ResourceAttributes => "resource" in attributes;

export interface Decision {
  readonly allowed: boolean;
  /** Why, as SubjectAccessReview and 403 answers tell; "" where there is nothing to tell. */
  readonly reason: string;
}

export const ALLOWED: Decision = { allowed: true, reason: "" };
export const NO_OPINION: Decision = { allowed: false, reason: "" };
