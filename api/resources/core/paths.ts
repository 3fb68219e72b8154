/** Paths inside a volume or container. */
import { type FieldError, invalid } from "../../machinery/field-error.ts";

/** No path element may be `..`. */
export function validateNoBacksteps(path: string, at: string, errors: FieldError[]): void {
  if (path.split("/").includes("..")) errors.push(invalid(at, path, "must not contain '..'"));
}

/** Must be relative, and not lead out. */
export function validateRelativePath(path: string, at: string, errors: FieldError[]): void {
  if (path.startsWith("/")) errors.push(invalid(at, path, "must be a relative path"));
  validateNoBacksteps(path, at, errors);
}

/** Must not be a name reserved for the kubelet either, which begins with `..`. */
export function validateUnreservedPath(path: string, at: string, errors: FieldError[]): void {
  validateRelativePath(path, at, errors);
  if (path.startsWith("..") && !path.startsWith("../")) errors.push(invalid(at, path, "must not start with '..'"));
}

const MODE_PROBLEM = "must be a number between 0 and 0777 (octal), both inclusive";

export function validateMode(mode: number | undefined, at: string, errors: FieldError[]): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.push(invalid(at, mode, MODE_PROBLEM));
}
