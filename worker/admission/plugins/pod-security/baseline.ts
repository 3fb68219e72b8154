/**
 * The `baseline` level: no known privilege escalations. Ids, versions and wording are those of
 * k8s.io/pod-security-admission.
 */
import type { SELinuxOptions } from "../../../../api/generated/core.v1.ts";
import { goQuote } from "../../../../api/machinery/field-error.ts";
import { type Check, containersOf, named, namesWhere, type PodLike, plural, quoted, setters, sorted } from "./check.ts";

const APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";
const PROFILES = ["RuntimeDefault", "Localhost"];

function appArmor({ metadata, spec }: PodLike) {
  const forbidden = (type: string | undefined) => type !== undefined && !PROFILES.includes(type);
  const ofPod = spec.securityContext?.appArmorProfile?.type;
  const bad = namesWhere(spec, ({ securityContext }) => forbidden(securityContext?.appArmorProfile?.type));
  const annotations = Object.entries(metadata.annotations ?? {})
    .filter(([key]) => key.startsWith(APPARMOR_ANNOTATION))
    .filter(([, value]) => value !== "" && value !== "runtime/default" && !value.startsWith("localhost/"))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .sort();
  const who = [setters(forbidden(ofPod), bad), annotations.length > 0 && plural(annotations.length, "annotation")];
  const violators = who.filter(Boolean).join(" and ");
  if (violators === "") return undefined;
  const types = [ofPod, ...containersOf(spec).map((container) => container.securityContext?.appArmorProfile?.type)];
  const values = [...sorted(types.filter((type): type is string => forbidden(type))), ...annotations];
  return {
    reason: plural(values.length, "forbidden AppArmor profile"),
    detail: `${violators} must not set AppArmor profile type to ${quoted(values)}`,
  };
}

const DEFAULT_CAPABILITIES = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  ),
);

function capabilities({ spec }: PodLike) {
  const beyond = (added: readonly string[] = []) => added.filter((name) => !DEFAULT_CAPABILITIES.has(name));
  const bad = namesWhere(spec, ({ securityContext }) => beyond(securityContext?.capabilities?.add).length > 0);
  if (bad.length === 0) return undefined;
  const added = sorted(containersOf(spec).flatMap((c) => beyond(c.securityContext?.capabilities?.add)));
  return {
    reason: "non-default capabilities",
    detail: `${named(bad)} must not include ${quoted(added)} in securityContext.capabilities.add`,
  };
}

function hostNamespaces({ spec }: PodLike) {
  const shared = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((field) => spec[field]);
  if (shared.length === 0) return undefined;
  return { reason: "host namespaces", detail: shared.map((field) => `${field}=true`).join(", ") };
}

function hostPaths({ spec }: PodLike) {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { reason: "hostPath volumes", detail: `${plural(names.length, "volume")} ${quoted(names)}` };
}

function hostPorts({ spec }: PodLike) {
  const taken = (c: ReturnType<typeof containersOf>[number]) =>
    (c.ports ?? []).flatMap(({ hostPort }) => hostPort || []);
  const bad = namesWhere(spec, (container) => taken(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = sorted(containersOf(spec).flatMap(taken).map(String));
  const verb = plural(bad.length, "uses", "use");
  return {
    reason: "hostPort",
    detail: `${named(bad)} ${verb} ${plural(ports.length, "hostPort")} ${ports.join(", ")}`,
  };
}

function hostProbes({ spec }: PodLike) {
  const hosts = (container: ReturnType<typeof containersOf>[number]) => {
    const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
    return [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap(
      (handler) => [
        ...(handler?.httpGet?.host ? [handler.httpGet.host] : []),
        ...(handler?.tcpSocket?.host ? [handler.tcpSocket.host] : []),
      ],
    );
  };
  const bad = sorted(namesWhere(spec, (container) => hosts(container).length > 0));
  if (bad.length === 0) return undefined;
  const named_ = sorted(containersOf(spec).flatMap(hosts));
  const what = plural(named_.length, "probe or lifecycle host");
  return {
    reason: "probe or lifecycle host",
    detail: `${named(bad)} ${plural(bad.length, "uses", "use")} ${what} ${quoted(named_)}`,
  };
}

function privileged({ spec }: PodLike) {
  const bad = namesWhere(spec, ({ securityContext }) => securityContext?.privileged === true);
  if (bad.length === 0) return undefined;
  return { reason: "privileged", detail: `${named(bad)} must not set securityContext.privileged=true` };
}

export function procMount({ spec }: PodLike) {
  const mounts = containersOf(spec).map(({ securityContext }) => securityContext?.procMount ?? "Default");
  const bad = namesWhere(spec, ({ securityContext }) => (securityContext?.procMount ?? "Default") !== "Default");
  if (bad.length === 0) return undefined;
  const types = sorted(mounts.filter((type) => type !== "Default"));
  return { reason: "procMount", detail: `${named(bad)} must not set securityContext.procMount to ${quoted(types)}` };
}

const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t"];

const seLinux =
  (allowed: readonly string[]) =>
  ({ spec }: PodLike) => {
    const breaks = (options: SELinuxOptions | undefined) =>
      options !== undefined && (!allowed.includes(options.type ?? "") || !!options.user || !!options.role);
    const bad = namesWhere(spec, ({ securityContext }) => breaks(securityContext?.seLinuxOptions));
    const who = setters(breaks(spec.securityContext?.seLinuxOptions), bad);
    if (who === undefined) return undefined;
    const all = [spec.securityContext, ...containersOf(spec).map((c) => c.securityContext)].flatMap(
      (context) => context?.seLinuxOptions ?? [],
    );
    const types = sorted(all.map(({ type = "" }) => type).filter((type) => !allowed.includes(type)));
    const what = [
      ...(types.length > 0 ? [`${plural(types.length, "type")} ${quoted(types)}`] : []),
      ...(all.some(({ user }) => user) ? ["user may not be set"] : []),
      ...(all.some(({ role }) => role) ? ["role may not be set"] : []),
    ];
    return {
      reason: "seLinuxOptions",
      detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join("; ")}`,
    };
  };

const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";

/** Annotations preceded the field. */
function seccompAnnotations({ metadata, spec }: PodLike) {
  const known = [SECCOMP_POD, ...containersOf(spec).map(({ name }) => `${SECCOMP_CONTAINER}${name}`)];
  const bad = sorted(
    known.flatMap((key) => {
      const value = metadata.annotations?.[key];
      const fine = value === undefined || /^(runtime\/default|docker\/default|localhost\/.*)$/.test(value);
      return fine ? [] : [`${key}=${goQuote(value)}`];
    }),
  );
  if (bad.length === 0) return undefined;
  return { reason: "seccompProfile", detail: `forbidden ${plural(bad.length, "annotation")} ${bad.join(", ")}` };
}

export function forbiddenSeccomp({ spec }: PodLike) {
  const forbidden = (type: string | undefined) => type !== undefined && !PROFILES.includes(type);
  const ofPod = spec.securityContext?.seccompProfile?.type;
  const bad = namesWhere(spec, ({ securityContext }) => forbidden(securityContext?.seccompProfile?.type));
  const who = setters(forbidden(ofPod), bad);
  if (who === undefined) return undefined;
  const types = [ofPod, ...containersOf(spec).map(({ securityContext }) => securityContext?.seccompProfile?.type)];
  const values = sorted(types.filter((type): type is string => forbidden(type)));
  return {
    reason: "seccompProfile",
    detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  };
}

const SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
];
const SYSCTLS_27 = [...SYSCTLS, "net.ipv4.ip_local_reserved_ports"];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
];
const SYSCTLS_32 = [...SYSCTLS_29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];

const sysctls =
  (allowed: readonly string[]) =>
  ({ spec }: PodLike) => {
    const names = (spec.securityContext?.sysctls ?? [])
      .map(({ name }) => name)
      .filter((name) => !allowed.includes(name));
    return names.length > 0 ? { reason: "forbidden sysctls", detail: names.join(", ") } : undefined;
  };

function windowsHostProcess({ spec }: PodLike) {
  const bad = namesWhere(spec, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true);
  const who = setters(spec.securityContext?.windowsOptions?.hostProcess === true, bad);
  if (who === undefined) return undefined;
  return { reason: "hostProcess", detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
}

/** Inside a user namespace, no user is privileged on the host. */
export const inUserNamespace = ({ spec }: PodLike): boolean => spec.hostUsers === false;

const level = "baseline";
export const baselineChecks: readonly Check[] = [
  { id: "appArmorProfile", level, versions: [[0, appArmor]] },
  { id: "capabilities_baseline", level, versions: [[0, capabilities]] },
  { id: "hostNamespaces", level, versions: [[0, hostNamespaces]] },
  { id: "hostPathVolumes", level, versions: [[0, hostPaths]] },
  { id: "hostPorts", level, versions: [[0, hostPorts]] },
  { id: "hostProbesAndHostLifecycle", level, versions: [[34, hostProbes]] },
  { id: "privileged", level, versions: [[0, privileged]] },
  {
    id: "procMount",
    level,
    versions: [
      [0, procMount],
      [35, (pod) => (inUserNamespace(pod) ? undefined : procMount(pod))],
    ],
  },
  {
    id: "seLinuxOptions",
    level,
    versions: [
      [0, seLinux(SELINUX_TYPES)],
      [31, seLinux([...SELINUX_TYPES, "container_engine_t"])],
    ],
  },
  {
    id: "seccompProfile_baseline",
    level,
    versions: [
      [0, seccompAnnotations],
      [19, forbiddenSeccomp],
    ],
  },
  {
    id: "sysctls",
    level,
    versions: [
      [0, sysctls(SYSCTLS)],
      [27, sysctls(SYSCTLS_27)],
      [29, sysctls(SYSCTLS_29)],
      [32, sysctls(SYSCTLS_32)],
    ],
  },
  { id: "windowsHostProcess", level, versions: [[0, windowsHostProcess]] },
];
