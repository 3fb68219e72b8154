/**
 * A value as Kubernetes prints its internal structs in messages: every field by its Go name, absent ones as Go's zero
 * values. The internal structs have no JSON names, hence `RestartPolicy` and `null`.
 */
import { type Field, findStruct } from "../schema/table.ts";

export function internalForm(type: string, value: unknown): unknown {
  const struct = findStruct(type);
  if (!struct || typeof value !== "object" || value === null) return value ?? null;
  const source = value as Readonly<Record<string, unknown>>;
  const form: Record<string, unknown> = {};
  for (const field of struct.fields.values()) form[goName(field.name)] = formOf(field, source[field.name]);
  return form;
}

function formOf(field: Field, value: unknown): unknown {
  if (value === undefined || value === null) return zeroOf(field);
  if (field.shape === "list") return (value as unknown[]).map((item) => internalForm(field.type, item));
  if (field.shape === "map") return sorted(value as Readonly<Record<string, unknown>>, field.type);
  return internalForm(field.type, value);
}

const sorted = (map: Readonly<Record<string, unknown>>, type: string) =>
  Object.fromEntries(
    Object.keys(map)
      .sort()
      .map((key) => [key, internalForm(type, map[key])]),
  );

/** Texts are plain in Go and most structs and numbers pointers. */
const zeroOf = (field: Field) => (field.shape === "one" && field.type === "string" ? "" : null);

const INITIALS = /^(uid|dns|nfs|iscsi|rbd|csi|fc|tty|ip|os|id|gcp|gce|aws|http|tcp|grpc)(?=[A-Z]|$)/;

const goName = (name: string) =>
  INITIALS.test(name)
    ? name.replace(INITIALS, (initial) => initial.toUpperCase())
    : name.charAt(0).toUpperCase() + name.slice(1);
