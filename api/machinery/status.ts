/** metav1.Status, worded as in Kubernetes (k8s.io/apimachinery/pkg/api/errors). */
import type { Status, StatusCause, StatusDetails } from "../generated/meta.v1.ts";
import { type FieldError, goQuote } from "./field-error.ts";

export type { Status };

export interface ResourceName {
  readonly group: string;
  /** The plural name of the resource: `configmaps`. */
  readonly resource: string;
}

export function failure(code: number, reason: string, message: string, details?: StatusDetails): Status {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === "" ? {} : { reason }),
    ...(details ? { details } : {}),
    code,
  };
}

const qualified = ({ group, resource }: ResourceName) => (group === "" ? resource : `${resource}.${group}`);

const about = ({ group, resource }: ResourceName, name: string): StatusDetails => ({
  ...(name === "" ? {} : { name }),
  ...(group === "" ? {} : { group }),
  ...(resource === "" ? {} : { kind: resource }),
});

export const badRequest = (message: string): Status => failure(400, "BadRequest", message);

export const unauthorized = (): Status => failure(401, "Unauthorized", "Unauthorized");

/** `message` is the reason that follows the colon. */
export const forbidden = (of: ResourceName, name: string, message: string): Status => {
  const named = name === "" ? qualified(of) : `${qualified(of)} ${goQuote(name)}`;
  const subject = of.resource === "" ? "forbidden" : `${named} is forbidden`;
  return failure(403, "Forbidden", `${subject}: ${message}`, about(of, name));
};

export const notFound = (of: ResourceName, name: string): Status =>
  failure(404, "NotFound", `${qualified(of)} ${goQuote(name)} not found`, about(of, name));

/** For a path that names no resource of this server. */
export const noSuchResource = (): Status =>
  failure(404, "NotFound", "the server could not find the requested resource", {});

export const methodNotAllowed = (): Status =>
  failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});

/** The error of custom resources, whose handler receives every method. */
export const verbNotSupported = (of: ResourceName, verb: string): Status =>
  failure(
    405,
    "MethodNotAllowed",
    `${verb} is not supported on resources of kind ${goQuote(qualified(of))}`,
    about(of, ""),
  );

export const alreadyExists = (of: ResourceName, name: string): Status =>
  failure(409, "AlreadyExists", `${qualified(of)} ${goQuote(name)} already exists`, about(of, name));

/** For an object with a `generateName`, whose creation the client may try again. */
export function noUniqueName(of: ResourceName, name: string): Status {
  const { message, details } = alreadyExists(of, name);
  const reason = "the server was not able to generate a unique name for the object";
  return failure(409, "AlreadyExists", `${message}, ${reason}`, { ...details, retryAfterSeconds: 1 });
}

export const conflict = (of: ResourceName, name: string, message: string): Status =>
  failure(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(of)} ${goQuote(name)}: ${message}`,
    about(of, name),
  );

export const MODIFIED = "the object has been modified; please apply your changes to the latest version and try again";

export const expired = (message: string): Status => failure(410, "Expired", message);

/** The body exceeds the limit of a request. */
export const requestTooLarge = (message: string): Status => failure(413, "RequestEntityTooLarge", message);

export const unsupportedMediaType = (message: string, details?: StatusDetails): Status =>
  failure(415, "UnsupportedMediaType", message, details);

export const notAcceptable = (message: string): Status => failure(406, "NotAcceptable", message);

/** Joins messages without duplicates, as Go prints its aggregates. */
export function aggregateText(messages: readonly string[]): string {
  const texts = [...new Set(messages)];
  return texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`;
}

export const errorsText = (errors: readonly FieldError[]): string =>
  aggregateText(errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)));

/** `kind` and `name` are those of the object; the name is "" if unknown. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): Status {
  const causes: StatusCause[] = errors.map(({ reason, message, path }) => ({ reason, message, field: path }));
  const list = errorsText(errors);
  const subject = group === "" ? kind : `${kind}.${group}`;
  return failure(422, "Invalid", `${subject} ${goQuote(name)} is invalid: ${list}`, {
    ...(name === "" ? {} : { name }),
    ...(group === "" ? {} : { group }),
    ...(kind === "" ? {} : { kind }),
    causes,
  });
}

export const tooManyRequests = (message: string, retryAfterSeconds: number): Status =>
  failure(429, "TooManyRequests", message, { retryAfterSeconds });

export const timedOut = (message: string): Status => failure(504, "Timeout", `Timeout: ${message}`);

export const internalError = (message: string): Status =>
  failure(500, "InternalError", `Internal error occurred: ${message}`, { causes: [{ message }] });

export const serviceUnavailable = (message: string): Status => failure(503, "ServiceUnavailable", message);

/** The answer to a DELETE once the object is gone. */
export const deleted = (of: ResourceName, name: string, uid: string | undefined): Status => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  details: { ...about(of, name), ...(uid === undefined ? {} : { uid }) },
});
