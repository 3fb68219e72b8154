/** Probes and lifecycle hooks: what the kubelet asks of a container. */
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from "../../../generated/core.v1.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../../machinery/field-error.ts";
import { httpHeaderName } from "../../../machinery/names.ts";
import { NOT_NEGATIVE, type PodCheck } from "./pod-check.ts";
import { validatePortReference } from "./ports.ts";

const SCHEMES: readonly string[] = ["HTTP", "HTTPS"];
const STOP_SIGNALS: readonly string[] = [
  "SIGABRT",
  "SIGALRM",
  "SIGBUS",
  "SIGCHLD",
  "SIGCLD",
  "SIGCONT",
  "SIGFPE",
  "SIGHUP",
  "SIGILL",
  "SIGINT",
  "SIGIO",
  "SIGIOT",
  "SIGKILL",
  "SIGPIPE",
  "SIGPOLL",
  "SIGPROF",
  "SIGPWR",
  "SIGQUIT",
  "SIGRTMAX",
  "SIGRTMAX-1",
  "SIGRTMAX-10",
  "SIGRTMAX-11",
  "SIGRTMAX-12",
  "SIGRTMAX-13",
  "SIGRTMAX-14",
  "SIGRTMAX-2",
  "SIGRTMAX-3",
  "SIGRTMAX-4",
  "SIGRTMAX-5",
  "SIGRTMAX-6",
  "SIGRTMAX-7",
  "SIGRTMAX-8",
  "SIGRTMAX-9",
  "SIGRTMIN",
  "SIGRTMIN+1",
  "SIGRTMIN+10",
  "SIGRTMIN+11",
  "SIGRTMIN+12",
  "SIGRTMIN+13",
  "SIGRTMIN+14",
  "SIGRTMIN+15",
  "SIGRTMIN+2",
  "SIGRTMIN+3",
  "SIGRTMIN+4",
  "SIGRTMIN+5",
  "SIGRTMIN+6",
  "SIGRTMIN+7",
  "SIGRTMIN+8",
  "SIGRTMIN+9",
  "SIGSEGV",
  "SIGSTKFLT",
  "SIGSTOP",
  "SIGSYS",
  "SIGTERM",
  "SIGTRAP",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGURG",
  "SIGUSR1",
  "SIGUSR2",
  "SIGVTALRM",
  "SIGWINCH",
  "SIGXCPU",
  "SIGXFSZ",
];

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

export function validateLifecycle({ postStart, preStop, stopSignal }: Lifecycle, path: string, check: PodCheck): void {
  if (postStart) validateHandler(postStart, `${path}.postStart`, check);
  if (preStop) validateHandler(preStop, `${path}.preStop`, check);
  if (stopSignal === undefined) return;
  const os = check.spec.os?.name;
  if (!os)
    check.errors.push(forbidden(`${path}.stopSignal`, "may not be set for containers with empty `spec.os.name`"));
  else if (os === "windows") {
    const allowed = ["SIGKILL", "SIGTERM"];
    if (!allowed.includes(stopSignal)) check.errors.push(notSupported(`${path}.stopSignal`, stopSignal, allowed));
  } else if (!STOP_SIGNALS.includes(stopSignal))
    check.errors.push(notSupported(`${path}.stopSignal`, stopSignal, STOP_SIGNALS));
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
