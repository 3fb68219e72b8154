/** The selectors of requests and classes, evaluated on devices (k8s.io/dynamic-resource-allocation/cel). */
import type { Device, DeviceAttribute, DeviceSelector } from "../../../api/generated/resource.v1.ts";
import { quantity } from "../../../api/machinery/cel/library/quantity.ts";
import { semver } from "../../../api/machinery/cel/library/semver.ts";
import { type Compiled, compile } from "../../../api/machinery/cel/program.ts";
import { deviceScope } from "../../../api/machinery/cel/scopes/device-scope.ts";
import { type CelMap, PlainMap } from "../../../api/machinery/cel/values/values.ts";
import { ClaimFailure } from "./claim-failure.ts";

const REMEMBERED = 256;
const compiled = new Map<string, Compiled>();
const views = new WeakMap<Device, CelMap>();

/** `whose` is `class NAME` or `claim NAMESPACE/NAME`. */
export function selects(
  selectors: readonly DeviceSelector[] | undefined,
  device: Device,
  { driver, whose }: { readonly driver: string; readonly whose: string },
): boolean {
  return (selectors ?? []).every(({ cel }, i) => {
    const program = programOf(cel?.expression ?? "");
    if (!program.ok) throw new ClaimFailure(`${whose}: selector #${i}: CEL compile error: ${program.message}`);
    const outcome = program.program.run(new Map([["device", viewOf(device, driver)]]));
    if (!outcome.ok) throw new ClaimFailure(`${whose}: selector #${i}: CEL runtime error: ${outcome.message}`);
    return outcome.value === true;
  });
}

function programOf(expression: string): Compiled {
  let program = compiled.get(expression);
  if (!program) {
    program = compile(expression, deviceScope);
    if (compiled.size >= REMEMBERED) compiled.clear();
    compiled.set(expression, program);
  }
  return program;
}

/** The device as expressions see it. */
function viewOf(device: Device, driver: string): CelMap {
  let view = views.get(device);
  if (!view) {
    const capacity = Object.entries(device.capacity ?? {}).map(
      ([name, { value }]) => [name, quantity(String(value))] as const,
    );
    view = new PlainMap([
      ["driver", driver],
      ["allowMultipleAllocations", device.allowMultipleAllocations ?? false],
      ["attributes", new Domains(Object.entries(device.attributes ?? {}).map(valued), driver)],
      ["capacity", new Domains(capacity, driver)],
    ]);
    views.set(device, view);
  }
  return view;
}

function valued([name, { int, bool, string, version, ints, bools, strings, versions }]: [string, DeviceAttribute]) {
  const value =
    int !== undefined
      ? BigInt(int)
      : (bool ??
        string ??
        (version !== undefined ? semver(version) : undefined) ??
        ints?.map(BigInt) ??
        bools ??
        strings ??
        versions?.map((each) => semver(each)));
  return [name, value] as const;
}

/** Names without a domain are in the driver's; a domain without entries is empty, not missing. */
class Domains implements CelMap {
  readonly isCelMap = true;
  readonly #domains = new Map<string, CelMap>();
  static readonly #empty = new PlainMap([]);

  constructor(named: readonly (readonly [string, unknown])[], driver: string) {
    const grouped = new Map<string, (readonly [string, unknown])[]>();
    for (const [name, value] of named) {
      const slash = name.indexOf("/");
      const domain = slash < 0 ? driver : name.slice(0, slash);
      const members = grouped.get(domain) ?? [];
      grouped.set(domain, members);
      members.push([name.slice(slash + 1), value]);
    }
    for (const [domain, members] of grouped) this.#domains.set(domain, new PlainMap(members));
  }

  get size(): number {
    return this.#domains.size;
  }

  has(key: unknown): boolean {
    return typeof key === "string";
  }

  get(key: unknown): unknown {
    return typeof key === "string" ? (this.#domains.get(key) ?? Domains.#empty) : undefined;
  }

  keys(): readonly string[] {
    return [...this.#domains.keys()];
  }
}
