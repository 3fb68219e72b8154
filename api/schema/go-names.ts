/**
 * The Go field names of Kubernetes' structs, which appear in messages and hashes: usually the JSON name, capitalised.
 */

/** Initial words that Go capitalises differently: `apiGroup` is APIGroup, `dnsPolicy` DNSPolicy. */
const FIRST_WORDS: Readonly<Record<string, string>> = {
  ca: "CA",
  cidrs: "CIDRs",
  ips: "IPs",
  wwids: "WWIDs",
  ...Object.fromEntries(
    [
      ...[
        "api",
        "cel",
        "cidr",
        "csi",
        "dns",
        "fc",
        "fs",
        "gid",
        "gmsa",
        "grpc",
        "http",
        "id",
        "ip",
        "iqn",
        "iscsi",
        "json",
      ],
      ...["nfs", "os", "pd", "pkix", "qos", "rbd", "ssl", "tcp", "tls", "ttl", "tty", "uid", "url"],
    ].map((word) => [word, word.toUpperCase()]),
  ),
};

/** Fields with irregular names, everywhere or in one struct. */
const NAMES: Readonly<Record<string, string>> = {
  awsElasticBlockStore: "AWSElasticBlockStore",
  cephfs: "CephFS",
  chapAuthDiscovery: "DiscoveryCHAPAuth",
  chapAuthSession: "SessionCHAPAuth",
  diskURI: "DataDiskURI",
  gcePersistentDisk: "GCEPersistentDisk",
  pdID: "PdID",
  seLinuxChangePolicy: "SELinuxChangePolicy",
  seLinuxMount: "SELinuxMount",
  seLinuxOptions: "SELinuxOptions",
  storageos: "StorageOS",
  ...Object.fromEntries(
    ["GlusterfsVolumeSource", "GlusterfsPersistentVolumeSource"].map((struct) => [
      `${struct} endpoints`,
      "EndpointsName",
    ]),
  ),
  ...Object.fromEntries(
    ["RBDVolumeSource", "RBDPersistentVolumeSource"].flatMap((struct) => [
      [`${struct} image`, "RBDImage"],
      [`${struct} monitors`, "CephMonitors"],
      [`${struct} pool`, "RBDPool"],
      [`${struct} user`, "RadosUser"],
    ]),
  ),
  "ContainerStatus lastState": "LastTerminationState",
  "DeviceAttribute bool": "BoolValue",
  "DeviceAttribute bools": "BoolValues",
  "DeviceAttribute int": "IntValue",
  "DeviceAttribute ints": "IntValues",
  "DeviceAttribute string": "StringValue",
  "DeviceAttribute strings": "StringValues",
  "DeviceAttribute version": "VersionValue",
  "DeviceAttribute versions": "VersionValues",
  "Event reportingComponent": "ReportingController",
  "NodeSpec externalID": "DoNotUseExternalID",
  "PodSpec serviceAccount": "DeprecatedServiceAccount",
};

/** `struct` is the schema's name: `core.v1.PodSpec`. */
export function goFieldName(struct: string, field: string): string {
  const own = NAMES[`${struct.slice(struct.lastIndexOf(".") + 1)} ${field}`] ?? NAMES[field];
  if (own !== undefined) return own;
  const first = /^[a-z]+/.exec(field)?.[0] ?? "";
  return (FIRST_WORDS[first] ?? `${first.slice(0, 1).toUpperCase()}${first.slice(1)}`) + field.slice(first.length);
}
