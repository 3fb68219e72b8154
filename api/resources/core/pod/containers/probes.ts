/** Probes and lifecycle hooks. */
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from "../../../../generated/core.v1.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../../../machinery/field-error.ts";
import { httpHeaderName } from "../../../../machinery/names.ts";
import { NOT_NEGATIVE, type PodCheck } from "../pod-check.ts";
import { validatePortReference } from "./ports.ts";

const SCHEMES: readonly string[] = ["HTTP", "HTTPS"];
export function validateProbes(
  probes: { livenessProbe?: Probe; readinessProbe?: Probe; startupProbe?: Probe },
  path: string,
  check: PodCheck,
): void {
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"] as const) {
    const probe = probes[name];
    if (!probe) continue;
    const at = `${path}.${name}`;
    validateProbe(probe, at, check);
    if (name === "readinessProbe") {
      if (probe.terminationGracePeriodSeconds !== undefined)
        check.errors.push(
          invalid(
            `${at}.terminationGracePeriodSeconds`,
            probe.terminationGracePeriodSeconds,
            "must not be set for readinessProbes",
          ),
        );
    } else if (probe.successThreshold !== 1)
      check.errors.push(invalid(`${at}.successThreshold`, probe.successThreshold ?? 0, "must be 1"));
  }
}

function validateProbe(probe: Probe, path: string, check: PodCheck): void {
  validateHandler(probe, path, check);
  for (const field of [
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
  ] as const)
    if ((probe[field] ?? 0) < 0) check.errors.push(invalid(`${path}.${field}`, probe[field], NOT_NEGATIVE));
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0)
    check.errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, "must be greater than 0"));
}

export function validateLifecycle({ postStart, preStop }: Lifecycle, path: string, check: PodCheck): void {
  if (postStart) validateHandler(postStart, `${path}.postStart`, check);
  if (preStop) validateHandler(preStop, `${path}.preStop`, check);
}

function validateHandler(
  handler: Omit<LifecycleHandler, "sleep"> & Partial<LifecycleHandler> & Partial<Probe>,
  path: string,
  check: PodCheck,
): void {
  const { errors } = check;
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  let found = false;
  const isFirst = (name: string) => {
    if (found) errors.push(forbidden(`${path}.${name}`, "may not specify more than 1 handler type"));
    const first = !found;
    found = true;
    return first;
  };
  if (exec && isFirst("exec") && !exec.command?.length) errors.push(required(`${path}.exec.command`));
  if (httpGet && isFirst("httpGet")) validateHttpGet(httpGet, `${path}.httpGet`, errors);
  if (tcpSocket && isFirst("tcpSocket")) validatePortReference(tcpSocket.port, `${path}.tcpSocket.port`, errors);
  if (grpc && isFirst("grpc")) validatePortReference(grpc.port, `${path}.grpc.port`, errors);
  if (sleep && isFirst("sleep")) {
    const grace = check.spec.terminationGracePeriodSeconds;
    if (grace !== undefined && (sleep.seconds < 0 || sleep.seconds > grace))
      errors.push(
        invalid(
          `${path}.sleep`,
          sleep.seconds,
          `must be non-negative and less than terminationGracePeriodSeconds (${grace})`,
        ),
      );
  }
  if (!found) errors.push(required(path, "must specify a handler type"));
}

function validateHttpGet(
  { path: url, port, scheme = "", httpHeaders }: HTTPGetAction,
  path: string,
  errors: FieldError[],
): void {
  if (!url) errors.push(required(`${path}.path`));
  validatePortReference(port, `${path}.port`, errors);
  if (!SCHEMES.includes(scheme)) errors.push(notSupported(`${path}.scheme`, scheme, SCHEMES));
  for (const { name } of httpHeaders ?? [])
    for (const problem of httpHeaderName(name ?? "")) errors.push(invalid(`${path}.httpHeaders`, name ?? "", problem));
}
