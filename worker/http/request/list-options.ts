/** metav1.ListOptions from URL parameters, validated as in Kubernetes (apimachinery internalversion/validation). */

import { parseUintProblem } from "../../../api/machinery/encoding/parse-uint.ts";
import { type FieldError, forbidden, notSupported } from "../../../api/machinery/field-error.ts";
import { unknownFieldMessage } from "../../../api/machinery/selectors/field-selector.ts";
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import { parseFieldSelector, parseLabelSelector } from "../../../api/machinery/selectors/selector.ts";
import { badRequest, failure, invalid } from "../../../api/machinery/status.ts";
import { type ContinueToken, parseContinue } from "../../../api/store/continue-token.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { Revision } from "../../../api/store/store.ts";
import { ApiError } from "../../api-error.ts";
import { termsOf } from "../../fairness/watch-share.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { booleanOption, integerOption } from "./write-options.ts";

export interface Selection {
  readonly requirements: readonly Requirement[];
  /** The one name or namespace that a field selector requires. */
  readonly name?: string;
  readonly namespace?: string;
}

export interface ListOptions {
  readonly selection: Selection;
  readonly limit: number;
  readonly continue?: ContinueToken;
  /** Undefined for both "" and "0" unless an exact state is requested. */
  readonly resourceVersion?: Revision;
  /**
   * A page at a revision is exact even if the client does not say so: that was the behaviour before the parameter
   * existed.
   */
  readonly match: "" | "Exact" | "NotOlderThan";
}

export interface WatchOptions {
  readonly selection: Selection;
  /** Undefined: start with the current state. */
  readonly since?: Revision;
  /** The revision that the current state must have reached. */
  readonly notOlderThan?: Revision;
  readonly bookmarks: boolean;
  /** Undefined if the client does not say: the store's default for a watch without a revision then applies. */
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
}

export const isWatch = (query: URLSearchParams): boolean => booleanOption(query, "watch");

export function listOptions(query: URLSearchParams, served: Served): ListOptions {
  // No list takes that long, but invalid options are refused.
  integerOption(query, "timeoutSeconds");
  // In Kubernetes a list at "any" revision comes from the watch cache, which does not page.
  const requested = integerOption(query, "limit") ?? 0;
  const limit = query.get("resourceVersion") === "0" ? 0 : requested;
  const selection = checkedSelection(query, served, listProblems);
  const revision = query.get("resourceVersion") ?? "";
  const token = query.get("continue") ?? "";
  if (token !== "") {
    const parsed = parseContinue(token);
    if (typeof parsed === "string")
      throw new ApiError(badRequest(`invalid continue token: continue key is not valid: ${parsed}`));
    if (revision !== "" && revision !== "0") {
      throw new ApiError(badRequest("specifying resource version is not allowed when using continue"));
    }
    return { selection, limit, continue: parsed, match: "" };
  }
  const unreadable = revisionProblem(revision);
  if (unreadable) throw new ApiError(badRequest(`invalid resource version: ${unreadable}`));
  const resourceVersion = revisionOption(query);
  const match = (query.get("resourceVersionMatch") ?? "") as ListOptions["match"];
  if (resourceVersion === undefined || resourceVersion === 0) return { selection, limit, match };
  return { selection, limit, resourceVersion, match: match === "" && limit > 0 ? "Exact" : match };
}

export function watchOptions(query: URLSearchParams, served: Served): WatchOptions {
  const timeoutSeconds = integerOption(query, "timeoutSeconds");
  integerOption(query, "limit");
  // The deprecated paths of watches need not say that they watch, and then must satisfy the rules of lists.
  const selection = checkedSelection(query, served, isWatch(query) ? watchProblems : listProblems);
  const revision = revisionOption(query);
  // Kubernetes treats a watch without a revision as one that asks for initial events, and so for the bookmark after
  // them; but not if only its path says that it is one.
  const requested = query.has("sendInitialEvents") ? booleanOption(query, "sendInitialEvents") : undefined;
  const sendInitialEvents = requested ?? (revision || !isWatch(query) ? undefined : true);
  return {
    selection,
    ...(revision ? { [sendInitialEvents ? "notOlderThan" : "since"]: revision } : {}),
    bookmarks: booleanOption(query, "allowWatchBookmarks"),
    ...(sendInitialEvents === undefined ? {} : { sendInitialEvents }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
}

/** A read's `resourceVersion`; undefined if absent. */
export function revisionOption(query: URLSearchParams): Revision | undefined {
  const value = query.get("resourceVersion") ?? "";
  const problem = revisionProblem(value);
  if (problem) throw new ApiError(failure(500, "", problem));
  return value === "" ? undefined : asRevision(Number(value));
}

function revisionProblem(value: string): string | undefined {
  const problem = value === "" ? undefined : parseUintProblem(value);
  return problem && `resourceVersion: Invalid value: ${JSON.stringify(value)}: ${problem}`;
}

const MATCHES = ["Exact", "NotOlderThan", ""];

const MATCH = "resourceVersionMatch";
const CONTINUES = forbidden(MATCH, "resourceVersionMatch is forbidden when continue is provided");

interface Combined {
  readonly match: string;
  readonly revision: string;
  readonly token: string;
  readonly hasSendInitialEvents: boolean;
}

/**
 * Checks first that the selectors are valid, then that the options are consistent, then that the kind has the fields.
 */
function checkedSelection(
  query: URLSearchParams,
  served: Served,
  problems: (combined: Combined) => FieldError[],
): Selection {
  const selectors = readSelectors(query);
  checkCombination(query, problems);
  return selectionFrom(selectors, served);
}

/** A watch of one object by its path may select it by its name, and by no other field. */
export function requireNamed(query: URLSearchParams, { name }: Selection, pathName: string): void {
  if (pathName === "" || name === pathName || (query.get("fieldSelector") ?? "") === "") return;
  throw new ApiError(badRequest("fieldSelector metadata.name doesn't match requested name"));
}

/** Refuses contradictory options. */
function checkCombination(query: URLSearchParams, problems: (combined: Combined) => FieldError[]): void {
  const errors = problems({
    match: query.get("resourceVersionMatch") ?? "",
    revision: query.get("resourceVersion") ?? "",
    token: query.get("continue") ?? "",
    hasSendInitialEvents: query.has("sendInitialEvents"),
  });
  if (errors.length > 0) throw new ApiError(invalid("meta.k8s.io", "ListOptions", "", errors));
}

function watchProblems({ match, revision, token, hasSendInitialEvents }: Combined): FieldError[] {
  const errors: FieldError[] = [];
  const isFit = match === "NotOlderThan";
  if (hasSendInitialEvents && !isFit)
    errors.push(forbidden(MATCH, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  if (match !== "" && !hasSendInitialEvents)
    errors.push(forbidden(MATCH, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
  if (match !== "" && !isFit) errors.push(notSupported(MATCH, match, ["NotOlderThan"]));
  // A watch from no revision is given the option with the initial events.
  const isGiven = match !== "" || (!hasSendInitialEvents && (revision === "" || revision === "0"));
  if (isGiven && token !== "") errors.push(CONTINUES);
  return errors;
}

function listProblems({ match, revision, token, hasSendInitialEvents }: Combined): FieldError[] {
  const errors: FieldError[] = [];
  if (match !== "") {
    if (revision === "")
      errors.push(forbidden(MATCH, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    if (token !== "") errors.push(CONTINUES);
    if (!MATCHES.includes(match)) errors.push(notSupported(MATCH, match, MATCHES));
    if (match === "Exact" && revision === "0")
      errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (hasSendInitialEvents) errors.push(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  return errors;
}

/** Kinds that declare selectable fields do not implicitly support the namespace if they are cluster-scoped. */
const genericFields = ({ scope, fields, structuralSchema }: Served["resource"]): readonly string[] =>
  scope === "Cluster" && (fields || structuralSchema) ? ["metadata.name"] : ["metadata.name", "metadata.namespace"];

/**
 * A URL has room for more, but each term is evaluated for every object of a list, and for every change that a watch may
 * report.
 */
const MAX_TERMS = 1000;

/** The label and field selectors of a request, minus the required name and namespace. */
export const selectionOf = (query: URLSearchParams, served: Served): Selection =>
  selectionFrom(readSelectors(query), served);

interface Selectors {
  readonly labels: readonly Requirement[];
  readonly fields: readonly Requirement[];
}

function readSelectors(query: URLSearchParams): Selectors {
  const labels = parseLabelSelector(query.get("labelSelector") ?? "");
  if (!labels.ok) throw new ApiError(badRequest(labels.message));
  if (termsOf(labels.requirements) > MAX_TERMS)
    throw new ApiError(badRequest(`a label selector may have at most ${MAX_TERMS} requirements and values`));
  const fields = parseFieldSelector(query.get("fieldSelector") ?? "");
  if (!fields.ok) throw new ApiError(badRequest(fields.message));
  return { labels: labels.requirements, fields: fields.requirements };
}

function selectionFrom({ labels, fields }: Selectors, { resource, conversion }: Served): Selection {
  const names: Readonly<Record<string, string>> = { ...resource.fieldAliases, ...conversion?.fieldNames };
  const fieldsOfKind = Object.keys(conversion?.fieldNames ?? resource.fields ?? {});
  const known = new Set([...genericFields(resource), ...fieldsOfKind, ...Object.keys(names)]);
  for (const { key } of fields) {
    if (!known.has(key)) throw new ApiError(badRequest(unknownFieldMessage(resource, key)));
  }
  const pinned = (key: string) =>
    fields.find((r) => r.key === key && r.operator === "in" && r.values.length === 1)?.values[0];
  const name = pinned("metadata.name");
  const namespace = pinned("metadata.namespace");
  return {
    requirements: [
      ...labels,
      ...fields.map((requirement) => ({ ...requirement, key: names[requirement.key] ?? requirement.key })),
    ],
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}
