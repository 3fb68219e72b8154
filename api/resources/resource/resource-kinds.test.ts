import { describe, expect, it } from "vitest";
import { decoded, errorsOf, kindOf } from "../../../test/fakes/objects/kind-errors.ts";
import type { ResourceClaimStatus } from "../../generated/resource.v1.ts";

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const claim = (devices: object) => ({ spec: { devices } });
const request = (name: string) => ({ name, exactly: { deviceClassName: "c" } });
const slice = (part: object) => ({
  spec: { driver: "D.example.com", nodeName: "n", pool: { name: "p", resourceSliceCount: 1 }, ...part },
});
const device = (part: object) => slice({ devices: [{ name: "d", ...part }] });

describe("validation errors of device kinds", () => {
  it.each<[string, object, string[]]>([
    [
      "ResourceClaim",
      claim({ requests: [request("")] }),
      [`spec.devices.requests[0].name: Invalid value: "": ${LABEL}`],
    ],
    [
      "ResourceClaim",
      claim({ requests: Array.from({ length: 33 }, () => request("A")) }),
      ["spec.devices.requests: Too many: 33: must have at most 32 items"],
    ],
    [
      "ResourceClaim",
      claim({ requests: [request("a"), request("a"), request("B")] }),
      [`spec.devices.requests[2].name: Invalid value: "B": ${LABEL}`, 'spec.devices.requests[1]: Duplicate value: "a"'],
    ],
    [
      "ResourceClaim",
      claim({ requests: [request("a")], constraints: [{ requests: ["a/b/c"] }] }),
      [
        "spec.devices.constraints[0].requests[0]: Invalid value: \"a/b/c\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
        'spec.devices.constraints[0]: Required value: exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set',
      ],
    ],
    [
      "ResourceClaim",
      claim({ requests: [{ name: "a", exactly: { deviceClassName: "c", tolerations: [{ value: "v" }] } }] }),
      [],
    ],
    [
      "DeviceClass",
      { spec: { config: [{ opaque: { driver: "D.example.com", parameters: [1] } }] } },
      ['spec.config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object'],
    ],
    [
      "ResourceSlice",
      slice({ allNodes: false, perDeviceNodeSelection: true, nodeSelector: {} }),
      [
        "spec.nodeSelector.nodeSelectorTerms: Required value: must have at least one node selector term",
        "spec.nodeSelector.nodeSelectorTerms: Invalid value: null: must have exactly one node selector term",
        "spec.allNodes: Invalid value: false: must be either unset or set to true",
        'spec: Invalid value: "{`nodeName`, `nodeSelector`, `perDeviceNodeSelection`}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set',
      ],
    ],
    [
      "ResourceSlice",
      slice({ devices: [], sharedCounters: [{ name: "s", counters: { A: { value: "1" } } }, { name: "" }] }),
      [
        'spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed',
        `spec.sharedCounters[0].counters: Invalid value: "A": ${LABEL}`,
        "spec.sharedCounters[1].name: Required value",
        "spec.sharedCounters[1].counters: Required value",
      ],
    ],
    [
      "ResourceSlice",
      device({ attributes: { a: {}, b: { int: 1, bool: true } }, capacity: { c: { value: "1", requestPolicy: {} } } }),
      [
        'spec.devices[0].attributes[a]: Invalid value: "": exactly one value must be specified',
        'spec.devices[0].attributes[b]: Invalid value: {"IntValue":1,"BoolValue":true,"StringValue":null,"VersionValue":null,"IntValues":null,"BoolValues":null,"StringValues":null,"VersionValues":null}: exactly one value must be specified',
        "spec.devices[0].capacity[c].requestPolicy: Forbidden: allowMultipleAllocations must be true",
      ],
    ],
    [
      "ResourceSlice",
      device({
        allowMultipleAllocations: true,
        capacity: { c: { value: "4", requestPolicy: { default: "3", validValues: ["2", "1", "8"] } } },
      }),
      [
        'spec.devices[0].capacity[c].requestPolicy.validValues[1]: Invalid value: "1": values must be sorted in ascending order',
        'spec.devices[0].capacity[c].requestPolicy.validValues[2]: Invalid value: "8": option is larger than capacity value: 4',
        'spec.devices[0].capacity[c].requestPolicy.validValues: Invalid value: "3": default value is not valid according to the requestPolicy',
      ],
    ],
    [
      "ResourceSlice",
      device({
        allowMultipleAllocations: true,
        capacity: { c: { value: "4", requestPolicy: { default: "1", validValues: new Array(11).fill("1") } } },
      }),
      [
        "spec.devices[0].capacity[c].requestPolicy.validValues: Too many: 11: must have at most 10 items",
        'spec.devices[0].capacity[c].requestPolicy.validValues: Invalid value: "1": default value is not valid according to the requestPolicy',
      ],
    ],
    [
      "ResourceSlice",
      device({
        allowMultipleAllocations: true,
        capacity: { c: { value: "4", requestPolicy: { default: "2", validRange: { min: "1", max: "5", step: "2" } } } },
      }),
      [
        'spec.devices[0].capacity[c].requestPolicy.validRange.max: Invalid value: "5": max is larger than capacity value: 4',
        'spec.devices[0].capacity[c].requestPolicy.validRange.step: Invalid value: "2": value is not a multiple of a given step (2) from (1)',
      ],
    ],
    [
      "ResourceSlice",
      device({
        taints: [{ key: "k" }],
        nodeName: "n",
        bindingConditions: ["a", "a"],
        bindingFailureConditions: ["a"],
        consumesCounters: [{ counterSet: "s" }],
      }),
      [
        "spec.devices[0].taints[0].effect: Required value",
        "spec.devices[0].consumesCounters[0].counters: Required value",
        "spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec",
        'spec.devices[0].bindingConditions[1]: Duplicate value: "a"',
        'spec.devices[0].bindingFailureConditions[0]: Invalid value: "a": bindingFailureConditions must not overlap with bindingConditions',
      ],
    ],
  ])("a %s of %j has the errors %j", (kind, part, errors) => expect(errorsOf(kind, part)).toEqual(errors));
});

describe("a claim's status", () => {
  const statusErrors = (status: ResourceClaimStatus) => {
    const object = decoded("ResourceClaim", { ...claim({ requests: [request("a")] }), status });
    const old = decoded("ResourceClaim", claim({ requests: [request("a")] }));
    return kindOf("ResourceClaim")
      .status?.validateUpdate?.(object, old)
      .map(({ path, message }) => `${path}: ${message}`);
  };
  const result = { request: "a", driver: "d", pool: "p", device: "x" };

  it("can allocate devices only to the claim's own requests", () => {
    expect(statusErrors({ allocation: { devices: { results: [result] } } })).toEqual([]);
    expect(
      statusErrors({
        allocation: { devices: { results: [{ ...result, request: "b", shareID: "1" }], config: [{ source: "Odd" }] } },
      }),
    ).toEqual([
      "status.allocation.devices.results[0].request: Invalid value: \"b\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
      'status.allocation.devices.results[0].shareID: Invalid value: "1": error validating uid: invalid UUID length: 1',
      'status.allocation.devices.config[0].source: Unsupported value: "Odd": supported values: "FromClaim", "FromClass"',
      "status.allocation.devices.config[0].opaque: Required value",
    ]);
  });

  it("can report only on allocated devices", () => {
    const { request: _, ...device } = { ...result, conditions: [], networkData: { ips: ["1.2.3.4"] } };
    expect(statusErrors({ devices: [device] })).toEqual([
      'status.devices[0]: Invalid value: {"Driver":"d","Pool":"p","Device":"x","ShareID":""}: must be an allocated device in the claim',
      'status.devices[0].networkData.ips[0]: Invalid value: "1.2.3.4": must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)',
    ]);
  });
});
