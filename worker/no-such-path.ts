/**
 * The answer for a path that does not exist: kube-apiserver only routes its own groups, and everything else falls
 * through to plain text.
 */
import { noSuchResource } from "../api/machinery/status.ts";
import { resources } from "../api/resources/index.ts";
import { ApiError, PlainTextError } from "./api-error.ts";

const OWN_GROUPS: ReadonlySet<string> = new Set(
  resources.flatMap(({ group, otherVersions = [] }) => [group, ...otherVersions.map((each) => each.group ?? group)]),
);

export const noSuchPath = (group: string): ApiError | PlainTextError =>
  OWN_GROUPS.has(group) ? new ApiError(noSuchResource()) : new PlainTextError(404, "404 page not found");
