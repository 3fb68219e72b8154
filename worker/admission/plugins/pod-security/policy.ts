/** What a namespace's labels require of its pods (k8s.io/pod-security-admission/api). */
import { type FieldError, invalid } from "../../../../api/machinery/field-error.ts";

const LEVELS = ["privileged", "baseline", "restricted"] as const;
export type Level = (typeof LEVELS)[number];

/** A level at a version: the minor of `v1.N`, infinite for `latest`. */
export interface LevelVersion {
  readonly level: Level;
  readonly minor: number;
}

type Mode = "enforce" | "audit" | "warn";
export type NamespacePolicy = Readonly<Record<Mode, LevelVersion>>;

const PREFIX = "pod-security.kubernetes.io/";
const LATEST = Number.POSITIVE_INFINITY;
const PRIVILEGED: LevelVersion = { level: "privileged", minor: LATEST };

export const textOf = ({ level, minor }: LevelVersion): string =>
  `${level}:${minor === LATEST ? "latest" : `v1.${minor}`}`;

/** Positive if `a` is stricter. */
export const compareLevels = (a: Level, b: Level): number => LEVELS.indexOf(a) - LEVELS.indexOf(b);

/**
 * Returns a policy even for labels that cannot be parsed: enforcement fails closed, auditing and warnings fail open.
 */
export function parsePolicy(labels: Readonly<Record<string, string>> = {}): {
  readonly policy: NamespacePolicy;
  readonly errors: readonly FieldError[];
} {
  const errors: FieldError[] = [];
  const read = (mode: Mode): LevelVersion => ({
    level: readLevel(labels, mode, errors),
    minor: readVersion(labels, mode, errors),
  });
  const policy = { enforce: read("enforce"), audit: read("audit"), warn: read("warn") };
  if (labels[`${PREFIX}warn`] === undefined && compareLevels(policy.enforce.level, policy.warn.level) > 0) {
    // Enforcing without `warn` also warns, so that creators of workloads learn that their pods will be refused.
    const minor = labels[`${PREFIX}warn-version`] === undefined ? policy.enforce.minor : policy.warn.minor;
    policy.warn = { level: policy.enforce.level, minor };
  }
  return { policy, errors };
}

const errorAt = (label: string, value: string, why: string) => invalid(`metadata.labels[${label}]`, value, why);

function readLevel(labels: Readonly<Record<string, string>>, mode: Mode, errors: FieldError[]): Level {
  const label = `${PREFIX}${mode}`;
  const value = labels[label];
  if (value === undefined) return PRIVILEGED.level;
  const known = LEVELS.find((level) => level === value);
  if (known) return known;
  errors.push(errorAt(label, value, `must be one of ${LEVELS.join(", ")}`));
  return mode === "enforce" ? "restricted" : "privileged";
}

function readVersion(labels: Readonly<Record<string, string>>, mode: Mode, errors: FieldError[]): number {
  const label = `${PREFIX}${mode}-version`;
  const value = labels[label];
  if (value === undefined || value === "latest") return LATEST;
  const minor = /^v1\.([0-9]|[1-9][0-9]*)$/.exec(value)?.[1];
  if (minor !== undefined) return Number(minor);
  errors.push(errorAt(label, value, 'must be "latest" or "v1.x"'));
  return LATEST;
}
