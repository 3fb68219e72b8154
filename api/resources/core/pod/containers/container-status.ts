/** Validation of the container statuses that nodes report. */
import type { Container, EphemeralContainer, Pod, PodSpec, ResourceHealth } from "../../../../generated/core.v1.ts";
import { utf8Length } from "../../../../machinery/encoding/utf8.ts";
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
} from "../../../../machinery/field-error.ts";

/** The lists of statuses, each with the list of containers that it is about. */
const LISTS = [
  ["containerStatuses", "containers"],
  ["initContainerStatuses", "initContainers"],
  ["ephemeralContainerStatuses", "ephemeralContainers"],
] as const;

/** A container that has ended for good stays so. */
export function validateTransitions(next: Pod, old: Pod): FieldError[] {
  const { spec } = old;
  const errors: FieldError[] = [];
  for (const [list, of] of LISTS) {
    const isEphemeral = of === "ephemeralContainers";
    if (!isEphemeral && restartsAll(spec)) continue;
    old.status[list]?.forEach(({ name, state }, i) => {
      const exitCode = state?.terminated?.exitCode;
      if (exitCode === undefined) return;
      const successor = next.status[list]?.find((status) => status.name === name && !status.state?.terminated);
      const container = spec[of]?.find((each) => each.name === name);
      if (!successor || (!isEphemeral && container && mayRestart(container, spec, exitCode))) return;
      errors.push(forbidden(`status.${list}[${i}].state`, "may not be transitioned to non-terminated state"));
    });
  }
  return errors;
}

/** Whether a container's end may restart all containers. */
const restartsAll = ({ initContainers = [], containers }: PodSpec): boolean =>
  [...initContainers, ...containers].some(({ restartPolicyRules }) =>
    restartPolicyRules?.some(({ action }) => action === "RestartAllContainers"),
  );

function mayRestart(container: Container | EphemeralContainer, { restartPolicy }: PodSpec, exitCode: number): boolean {
  const { restartPolicy: own, restartPolicyRules = [] } = container;
  const rule = own && restartPolicyRules.find(({ exitCodes }) => exitCodes && isAmong(exitCodes, exitCode));
  if (rule && (rule.action === "Restart" || rule.action === "RestartAllContainers")) return true;
  const policy = own ?? restartPolicy;
  return policy === "OnFailure" ? exitCode !== 0 : policy !== "Never";
}

const isAmong = ({ operator, values }: { operator: string; values?: readonly number[] }, exitCode: number): boolean =>
  operator === "In" ? (values ?? []).includes(exitCode) : operator === "NotIn" && !values?.includes(exitCode);

const MAX_ID = 2_147_483_647;

/** The user that a container runs as; on Windows it is not a number. */
export function validateContainerUsers({ spec, status }: Pod): FieldError[] {
  const os = spec.os?.name ?? "linux";
  const errors: FieldError[] = [];
  for (const [list] of LISTS)
    status[list]?.forEach(({ user }, i) => {
      const linux = user?.linux;
      const path = `status.${list}[${i}].user.linux`;
      if (!linux) return;
      if (os === "windows") errors.push(forbidden(path, "cannot be set for a windows pod"));
      if (os !== "linux") return;
      checkId(linux.uid, `${path}.uid`, errors);
      checkId(linux.gid, `${path}.gid`, errors);
      linux.supplementalGroups?.forEach((group, g) => {
        checkId(group, `${path}.supplementalGroups[${g}]`, errors);
      });
    });
  return errors;
}

function checkId(id: number, path: string, errors: FieldError[]): void {
  if (id < 0 || id > MAX_ID) errors.push(invalid(path, id, `must be between 0 and ${MAX_ID}, inclusive`));
}

/** The health of a container's devices, each of which the container must have requested. */
export function validateResourceHealth({ spec, status }: Pod): FieldError[] {
  const errors: FieldError[] = [];
  for (const [list, of] of LISTS)
    status[list]?.forEach(({ name, allocatedResourcesStatus = [] }, i) => {
      const path = `status.${list}[${i}].allocatedResourcesStatus`;
      if (of === "ephemeralContainers") {
        if (allocatedResourcesStatus.length > 0)
          errors.push(forbidden(path, "must not be specified in container status"));
        return;
      }
      // A status without a container is not an error: kubelets report late.
      const container = spec[of]?.find((each) => each.name === name);
      allocatedResourcesStatus.forEach(({ name: resource, resources = [] }, j) => {
        const problem = container && requestProblem(container, resource);
        if (problem) errors.push(invalid(`${path}[${j}].name`, resource, problem));
        errors.push(...healthErrors(resources, `${path}[${j}].resources`));
      });
    });
  return errors;
}

const CLAIM = "claim:";

function requestProblem({ resources }: Container, name: string): string | undefined {
  if (!name.startsWith(CLAIM)) {
    const isRequested = Object.hasOwn(resources?.requests ?? {}, name);
    return isRequested ? undefined : "must match one of the container's resource requests";
  }
  const claims = (resources?.claims ?? []).map(({ name: claim, request }) =>
    request ? `${CLAIM}${claim}/${request}` : `${CLAIM}${claim}`,
  );
  if (claims.includes(name)) return undefined;
  return "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
}

const HEALTHS = ["Healthy", "Unhealthy", "Unknown"];
const MAX_MESSAGE_BYTES = 1024;

function healthErrors(resources: readonly ResourceHealth[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  resources.forEach(({ resourceID, health = "", message }, k) => {
    const at = `${path}[${k}]`;
    if (!HEALTHS.includes(health)) errors.push(notSupported(`${at}.health`, health, HEALTHS));
    if (message === "") errors.push(required(`${at}.message`, "must be non-empty if specified"));
    else if (message && utf8Length(message) > MAX_MESSAGE_BYTES)
      errors.push(tooLong(`${at}.message`, MAX_MESSAGE_BYTES));
    if (seen.has(resourceID)) errors.push(duplicate(`${at}.resourceID`, resourceID));
    seen.add(resourceID);
  });
  return errors;
}
