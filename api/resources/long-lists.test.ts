/** Lists that fit into a request are validated in a time that grows with their length only: each of these took minutes. */
import { expect, test } from "vitest";
import { inCpuTime } from "../../test/cpu-time.ts";
import { podKind, podOf } from "../../test/fakes/objects/pod-draft.ts";
import type { PodSpec } from "../generated/core.v1.ts";
import { validatingAdmissionPolicyBinding } from "./admissionregistration/validating-admission-policy-binding.ts";
import { podWarnings } from "./core/pod/warnings.ts";
import { service } from "./core/service.ts";
import { runtimeClass } from "./node/runtime-class.ts";
import { checkBindingConditions } from "./resource/binding-conditions-validation.ts";
import { storageClass } from "./storage/storage-class.ts";

const many = <T>(of: (i: number) => T, length = 100_000): T[] => Array.from({ length }, (_, i) => of(i));
const exists = (key: string) => ({ key, operator: "Exists" });
const podErrors = (spec: Partial<PodSpec>) => podKind.validate?.(podOf({ spec }));
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const emptySelector = { labelSelector: {}, topologyKey: "k" };

test.each<[what: string, spec: Partial<PodSpec>]>([
  [
    "constraints",
    {
      topologySpreadConstraints: many((i) => ({
        maxSkew: 1,
        topologyKey: `k${i}`,
        whenUnsatisfiable: "DoNotSchedule",
      })),
    },
  ],
  [
    "keys of a constraint",
    {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "k",
          whenUnsatisfiable: "DoNotSchedule",
          matchLabelKeys: many((i) => `k${i}`),
          labelSelector: { matchExpressions: many((i) => exists(`x${i}`)) },
        },
      ],
    },
  ],
  [
    "keys of an affinity",
    {
      affinity: {
        podAffinity: {
          [REQUIRED]: [
            { ...emptySelector, matchLabelKeys: many((i) => `k${i}`), mismatchLabelKeys: many((i) => `m${i}`) },
          ],
        },
      },
    },
  ],
  [
    "claims and ephemeral volumes",
    {
      volumes: [
        ...many((i) => ({ name: `v${i}`, persistentVolumeClaim: { claimName: `c${i}` } })),
        ...many((i) => ({
          name: `e${i}`,
          ephemeral: {
            volumeClaimTemplate: {
              spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1" } }, volumeMode: "Block" },
            },
          },
        })),
      ],
    },
  ],
])(
  "a pod with many %s",
  inCpuTime(5000, (_what, spec) => {
    expect(podErrors(spec)).toEqual([]);
  }),
);

test(
  "a pod with many mounts and devices",
  inCpuTime(5000, () => {
    const volumeMounts = many((i) => ({ name: `v${i}`, mountPath: `/m${i}` }), 50_000);
    const volumeDevices = many((i) => ({ name: `w${i}`, devicePath: `/d${i}` }), 50_000);
    const errors = podErrors({ containers: [{ name: "c", image: "i", volumeMounts, volumeDevices }] });
    expect(errors?.every(({ message }) => message.startsWith("Not found"))).toBe(true);
  }),
);

test(
  "an update of a pod with many tolerations and gates",
  inCpuTime(5000, () => {
    const old = podOf({
      spec: { tolerations: many((i) => exists(`k${i}`)), schedulingGates: many((i) => ({ name: `a/b${i}` })) },
    });
    const { tolerations = [], schedulingGates = [] } = old.spec;
    const spec = { ...old.spec, tolerations: tolerations.toReversed(), schedulingGates: schedulingGates.slice(1) };
    expect(podKind.validateUpdate?.({ ...old, spec }, old)).toEqual([]);
  }),
);

test(
  "files of a volume beside each other, all the same, and with many strokes",
  inCpuTime(5000, () => {
    const warnings = (items: { key: string; path: string }[]) =>
      podWarnings({ spec: { containers: [], volumes: [{ name: "v", configMap: { name: "m", items } }] } }, "");
    expect(warnings(many((i) => ({ key: "k", path: `p${i}` })))).toEqual([]);
    expect(warnings(many(() => ({ key: "k", path: "p" })))[0]).toContain('overlapping paths: "p" with "p"');
    expect(warnings([{ key: "k", path: `${"/".repeat(1_000_000)}p` }])).toEqual([]);
  }),
);

test(
  "lists of other kinds",
  inCpuTime(10_000, () => {
    const names = many((i) => `x${i}`, 200_000);
    const metadata = { name: "a" };
    const families = { metadata, spec: { ipFamilies: names, ports: [{ port: 1 }] } };
    const refused = service.unallocatable?.(families as never, { dryRun: false });
    expect(refused?.details?.causes?.length).toBeGreaterThanOrEqual(names.length);
    const actions = { metadata, spec: { policyName: "p", validationActions: names } };
    expect(validatingAdmissionPolicyBinding.validate?.(actions as never)).toHaveLength(names.length);
    const scheduling = { tolerations: names.map(exists) };
    expect(runtimeClass.validate?.({ metadata, handler: "h", scheduling } as never)).toEqual([]);
    const matchLabelExpressions = names.map((key) => ({ key, values: ["v"] }));
    const topologies = { metadata, provisioner: "p", allowedTopologies: [{ matchLabelExpressions }] };
    expect(storageClass.validate?.(topologies as never)).toHaveLength(1);
    const conditions = { bindingConditions: names, bindingFailureConditions: names.map((name) => `${name}-`) };
    const errors: never[] = [];
    checkBindingConditions(errors, "d", conditions);
    expect(errors.length).toBeGreaterThan(0);
  }),
);
