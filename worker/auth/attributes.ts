/** The attributes that authorization decides by (apiserver/pkg/authorization/authorizer). */
import type { Requirement } from "../../api/machinery/selectors/requirement.ts";

export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** "" for the cluster scope. */
  readonly namespace: string;
  /** "" if the request names no object. */
  readonly name: string;
  /** For lists, watches and deletecollection, if it could be parsed. */
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
  /** Why, for SubjectAccessReviews and 403 answers; "" if there is nothing to say. */
  readonly reason: string;
}

export const ALLOWED: Decision = { allowed: true, reason: "" };
export const NO_OPINION: Decision = { allowed: false, reason: "" };
