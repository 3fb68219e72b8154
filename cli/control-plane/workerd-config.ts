/** Written by scripts/build.mjs beside the bundle: wrangler.toml's bindings. */
export interface WorkerManifest {
  /** File names in dist/worker, the main module first. */
  readonly modules: readonly string[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly durableObjects: readonly { readonly name: string; readonly className: string }[];
  /** Bindings of the Worker to its own entry points; "" is the one that sockets lead to. */
  readonly selfBindings: readonly { readonly name: string; readonly entrypoint: string }[];
  /** The binding that serves the files of dist/dashboard. */
  readonly assetsBinding: string;
  readonly vars: Readonly<Record<string, string>>;
}

export interface WorkerdConfig {
  readonly manifest: WorkerManifest;
  /** dist/worker, relative to the configuration's own file: workerd embeds no absolute paths. */
  readonly modulesPath: string;
  /** dist/dashboard. */
  readonly assetsPath: string;
  /** `host:port` of the TLS socket. */
  readonly address: string;
  /** `host:port` for public hosts over plain HTTP, if any. */
  readonly ingressAddress?: string;
  /** PEM texts. */
  readonly certificateChain: string;
  readonly privateKey: string;
  /** The directory of the objects' SQLite files. */
  readonly storagePath: string;
  /** The directory of the Tunnels' files, below `storagePath`. */
  readonly tunnelsPath: string;
  /** A Unix socket whose server makes calls that workerd cannot make (pinned-calls.ts). */
  readonly pinnedCallsSocket: string;
  /** A Unix socket that answers whether the control plane is ready. */
  readonly readinessSocket: string;
  /** PEMs of CAs that the Worker's requests trust besides the public ones. */
  readonly trustedCertificates?: readonly string[];
  /** Text bindings besides the manifest's vars: secrets. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Each request leaves garbage that keeps alive 8 KB of the platform's memory outside of V8's heap. By default V8
 * collects seldom: after 5,000 pods it had grown by another 30 MB. With a semi-space of 2 MB in place of 4 it would be
 * 5 MB less, and creates would cost 6 % more CPU time, because most of what requests leave would be promoted.
 *
 * V8's second optimizing compiler is off. Our code is wide and flat: what it saves is no more than what compiling
 * costs, on cores that requests need, and it takes 5 to 10 MB. Without it, placing a pod costs 7 % less CPU time,
 * compiling CEL a quarter more, and most requests cost the same.
 */
const v8Flags = ["--max-semi-space-size=4", "--initial-old-space-size=8", "--heap-growing-percent=50", "--no-turbofan"];

/**
 * The text of a workerd configuration. A Durable Object's uniqueKey names its directory on disk, so it must never
 * change: it is the class's name. `preventEviction` is off, as on Cloudflare: an object must be able to reload what it
 * has in memory.
 */
export function renderWorkerdConfig(config: WorkerdConfig): string {
  const { manifest } = config;
  const modules = manifest.modules.map(
    (name) => `(name = ${text(name)}, esModule = embed ${text(`${config.modulesPath}/${name}`)})`,
  );
  const bindings = [
    ...manifest.durableObjects.map((o) => `(name = ${text(o.name)}, durableObjectNamespace = ${text(o.className)})`),
    ...manifest.selfBindings.map(
      ({ name, entrypoint }) =>
        `(name = ${text(name)}, service = (name = "sailplane"${entrypoint && `, entrypoint = ${text(entrypoint)}`}))`,
    ),
    `(name = ${text(manifest.assetsBinding)}, service = "assets")`,
    `(name = "PINNED_CALLS", service = "pinned-calls")`,
    `(name = "TUNNEL_FILES", service = "tunnel-files")`,
    ...Object.entries({ ...manifest.vars, ...config.secrets }).map(
      ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
    ),
  ];
  const namespaces = manifest.durableObjects.map(
    ({ className }) => `(className = ${text(className)}, uniqueKey = ${text(className)}, enableSql = true)`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  v8Flags = ${list(v8Flags.map(text))},
  services = [
    (name = "sailplane", worker = .sailplane),
    (name = "storage", disk = (path = ${text(config.storagePath)}, writable = true, allowDotfiles = false)),
    (name = "tunnel-files", disk = (path = ${text(config.tunnelsPath)}, writable = true)),
    (name = "pinned-calls", external = (address = ${text(`unix:${config.pinnedCallsSocket}`)}, http = ())),
    (name = "assets", disk = (path = ${text(config.assetsPath)})),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true, trustedCertificates = ${list((config.trustedCertificates ?? []).map(text))}))),
  ],
  sockets = [
    (
      name = "https", address = ${text(config.address)}, service = "sailplane",
      https = (
        options = (),
        tlsOptions = (keypair = (privateKey = ${text(config.privateKey)}, certificateChain = ${text(config.certificateChain)})),
      ),
    ),
    (
      name = "readiness", address = ${text(`unix:${config.readinessSocket}`)}, http = (),
      service = (name = "sailplane", entrypoint = "Readiness"),
    ),
${ingressSocket(config)}  ],
);

const sailplane :Workerd.Worker = (
  compatibilityDate = ${text(manifest.compatibilityDate)},
  compatibilityFlags = ${list(manifest.compatibilityFlags.map(text))},
  modules = ${list(modules)},
  bindings = ${list(bindings)},
  durableObjectNamespaces = ${list(namespaces)},
  durableObjectStorage = (localDisk = "storage"),
);
`;
}

/** Only leads to public hosts: the API must not be reachable without TLS. */
const ingressSocket = ({ ingressAddress }: WorkerdConfig): string =>
  ingressAddress === undefined
    ? ""
    : `    (name = "ingress", address = ${text(ingressAddress)}, service = (name = "sailplane", entrypoint = "PublicHosts"), http = ()),\n`;

const list = (items: readonly string[]): string => `[${items.join(", ")}]`;

/** A Cap'n Proto string literal: C escapes; anything but printable ASCII as UTF-8 bytes in \xNN. */
function text(value: string): string {
  let out = "";
  for (const byte of Buffer.from(value)) {
    if (byte === 0x22 || byte === 0x5c) out += `\\${String.fromCharCode(byte)}`;
    else if (byte === 0x0a) out += "\\n";
    else if (byte >= 0x20 && byte < 0x7f) out += String.fromCharCode(byte);
    else out += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `"${out}"`;
}
