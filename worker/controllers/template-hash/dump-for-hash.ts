/**
 * A pod template (and parts of Endpoints) as kube-controller-manager prints it for hashing: its Go structs with every
 * field and type, in declaration order (k8s.io/utils/dump.ForHash). Hashes, and with them the names of replica sets,
 * are only the same if this text is, byte for byte. The tables below contain what the schema does not tell about that
 * order.
 */
import { goFieldName } from "../../../api/schema/go-names.ts";
import { isScalar } from "../../../api/schema/idl.ts";
import { type Field, structOf } from "../../../api/schema/table.ts";
import { dumpQuantity } from "./dump-quantity.ts";

/** Fields whose position in Go differs from the order of protobuf numbers: the field that each follows. */
const MOVED: Readonly<Record<string, readonly (readonly [field: string, after: string])[]>> = {
  "meta.v1.OwnerReference": [["apiVersion", ""]],
  "core.v1.PodSpec": [
    ["initContainers", "volumes"],
    ["ephemeralContainers", "containers"],
    ["automountServiceAccountToken", "serviceAccount"],
    ["shareProcessNamespace", "hostIPC"],
  ],
  "core.v1.EndpointAddress": [["targetRef", "nodeName"]],
  "core.v1.VolumeSource": [["projected", "photonPersistentDisk"]],
  "core.v1.ISCSIVolumeSource": [["chapAuthSession", "chapAuthDiscovery"]],
  "core.v1.ClusterTrustBundleProjection": [["optional", "labelSelector"]],
  "core.v1.PersistentVolumeClaimSpec": [["selector", "accessModes"]],
  "core.v1.VolumeMount": [["recursiveReadOnly", "readOnly"]],
  "core.v1.SecurityContext": [
    ["windowsOptions", "seLinuxOptions"],
    ["runAsGroup", "runAsUser"],
  ],
  "core.v1.PodSecurityContext": [
    ["windowsOptions", "seLinuxOptions"],
    ["runAsGroup", "runAsUser"],
    ["supplementalGroupsPolicy", "supplementalGroups"],
  ],
};
const OF_CONTAINERS = [
  ["envFrom", "ports"],
  ["resizePolicy", "resources"],
  ["restartPolicy", "resizePolicy"],
  ["restartPolicyRules", "restartPolicy"],
  ["volumeDevices", "volumeMounts"],
  ["startupProbe", "readinessProbe"],
  ["terminationMessagePolicy", "terminationMessagePath"],
] as const;

const NO_TIME = "{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}";
const SCALARS: Readonly<Record<string, string>> = {
  bytes: "[]uint8",
  double: "float64",
  FieldsV1: "v1.FieldsV1",
  IntOrString: "intstr.IntOrString",
  Quantity: "resource.Quantity",
  Time: "v1.Time",
};

/** `name` is the schema's: `core.v1.PodTemplateSpec`. */
export const dumpForHash = (name: string, value: object): string => `(${localType(name)})${dumpStruct(name, value)}`;

/** All API packages are called v1 in Go, whatever their group. */
const localType = (name: string): string => SCALARS[name] ?? (isScalar(name) ? name : `v1.${name.split(".").at(-1)}`);

function dumpStruct(name: string, value: object): string {
  const given = value as Readonly<Record<string, unknown>>;
  const fields = fieldsInOrder(name).map((field) => {
    const embedded = field.name === "..." || isEmbeddedMeta(field);
    const goName = embedded ? (field.type.split(".").at(-1) ?? "") : goFieldName(name, field.name);
    return `${goName}:${dumpField(field, field.name === "..." ? value : given[field.name])}`;
  });
  return `{${fields.join(" ")}}`;
}

const isEmbeddedMeta = ({ name, type }: Field) => name === "metadata" && type === "meta.v1.ObjectMeta";

function fieldsInOrder(name: string): readonly Field[] {
  const fields = [...structOf(name).declaration.fields];
  const isContainer = name === "core.v1.Container" || name === "core.v1.EphemeralContainerCommon";
  for (const [moved, after] of isContainer ? OF_CONTAINERS : (MOVED[name] ?? [])) {
    const at = fields.findIndex((field) => field.name === moved);
    const [field] = at < 0 ? [] : fields.splice(at, 1);
    if (field) fields.splice(fields.findIndex((each) => each.name === after) + 1, 0, field);
  }
  return fields;
}

function dumpField(field: Field, value: unknown): string {
  const { shape, pointer, type, goType } = field;
  const brackets = shape === "list" ? "[]" : shape === "map" ? "map[string]" : "";
  const named = goType ?? `${brackets}${localType(type)}`;
  const isNil = (shape !== "one" || pointer) && isNothing(value, shape);
  return `(${pointer ? "*" : ""}${named})${isNil ? "<nil>" : dumpValue(field, value)}`;
}

/** Kubernetes' controllers decode protobuf, in which an empty list or map is nil. */
const isNothing = (value: unknown, shape: Field["shape"]) =>
  value === undefined || value === null || (shape !== "one" && Object.keys(value).length === 0);

function dumpValue({ shape, type }: Field, value: unknown): string {
  if (shape === "list") return `[${(value as readonly unknown[]).map((item) => dumpOne(type, item)).join(" ")}]`;
  if (shape === "one") return dumpOne(type, value);
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${dumpOne(type, item)}`).join(" ")}]`;
}

function dumpOne(type: string, value: unknown): string {
  switch (type) {
    case "string":
      return String(value ?? "");
    case "bool":
      return String(value ?? false);
    case "int32":
    case "int64":
    case "double":
      return String(value ?? 0);
    // A template contains no times that are set.
    case "Time":
      return NO_TIME;
    case "Quantity":
      return dumpQuantity(String(value ?? "0"));
    case "IntOrString":
      return typeof value === "string"
        ? `{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)${value}}`
        : `{Type:(intstr.Type)0 IntVal:(int32)${value ?? 0} StrVal:(string)}`;
    default:
      return isScalar(type) ? "<nil>" : dumpStruct(type, (value ?? {}) as object);
  }
}
