import { expect, test } from "vitest";
import { deviceClass } from "../../../test/fakes/scheduler/device-objects.ts";
import { allocationOf, type Choice, isMeant } from "./allocation.ts";

type Offered = Partial<Choice["offer"]> & Pick<Choice["offer"], "device">;

/** A device of the pool `a`, chosen for a request of the class `gpu`. */
const choice = (offer: Offered, over: Partial<Choice> = {}): Choice => ({
  request: "r",
  deviceClass: deviceClass("gpu"),
  adminAccess: false,
  tolerations: [],
  offer: { pool: { driver: "gpu.example.com", name: "a" }, id: "", ...offer } as Choice["offer"],
  ...over,
});
const device = (over: object = {}) => ({ name: "d0", ...over });
const nodesOf = (...offers: Offered[]) =>
  allocationOf(
    { spec: {} },
    offers.map((offer) => choice(offer)),
    "n1",
  ).nodeSelector?.nodeSelectorTerms;

const chosen = { request: "r", driver: "gpu.example.com", pool: "a", device: "d0" };
const toleration = { key: "broken", operator: "Exists" };

test.each<[Choice, object]>([
  [choice({ device: device() }), {}],
  [
    choice({ device: device() }, { adminAccess: true, tolerations: [toleration] }),
    { adminAccess: true, tolerations: [toleration] },
  ],
  [choice({ device: device({ bindingConditions: [], bindingFailureConditions: [] }) }), {}],
  [
    choice({ device: device({ bindingConditions: ["ready"], bindingFailureConditions: ["broken"] }) }),
    { bindingConditions: ["ready"], bindingFailureConditions: ["broken"] },
  ],
  [choice({ device: device() }, { share: new Map() }), { shareID: "" }],
])("SCHED-DEVICE: an allocation says of its device what was decided: %#", (one, said) => {
  expect(allocationOf({ spec: {} }, [one], "n1")).toEqual({ devices: { results: [{ ...chosen, ...said }] } });
});

const expression = (key: string, ...values: string[]) => ({ key, operator: "In", values });
const selecting = (term: object) => ({ device: device(), nodeSelector: { nodeSelectorTerms: [term] } });
const zone = expression("zone", "a", "b");
const field = expression("metadata.name", "n1");
const onNode = [{ matchFields: [field] }];

test.each([
  ["everywhere", [{ device: device() }], undefined],
  ["on one node", [{ device: device(), nodeName: "n1" }], onNode],
  ["where it must be bound", [{ device: device({ bindsToNode: true }) }], onNode],
  ["where a selector says", [selecting({ matchExpressions: [zone] })], [{ matchExpressions: [zone] }]],
  ["where a selector of fields says", [selecting({ matchFields: [field] })], onNode],
  ["where nothing is said", [selecting({})], undefined],
  [
    "where all selectors say, each once",
    [
      selecting({ matchExpressions: [zone], matchFields: [field] }),
      selecting({ matchExpressions: [expression("zone", "b", "a"), expression("rack", "1")] }),
    ],
    [{ matchExpressions: [zone, expression("rack", "1")], matchFields: [field] }],
  ],
])("SCHED-DEVICE: the devices can be used %s", (_, offers, terms) => {
  expect(nodesOf(...offers)).toEqual(terms);
});

test("SCHED-DEVICE: a class's configuration is for all requests of it, a claim's for each that it names", () => {
  const opaque = (parameters: string) => ({ opaque: { driver: "gpu.example.com", parameters } });
  const configured = deviceClass("gpu", { config: [opaque("class")] });
  const choices = ["r", "s/first"].map((request) => choice({ device: device() }, { request, deviceClass: configured }));
  const config = [opaque("all"), { requests: ["s"], ...opaque("s") }, { requests: ["t"], ...opaque("t") }];
  expect(allocationOf({ spec: { devices: { config } } }, choices, "n1").devices?.config).toEqual([
    { source: "FromClass", requests: ["r", "s/first"], ...opaque("class") },
    { source: "FromClaim", ...opaque("all") },
    { source: "FromClaim", requests: ["s"], ...opaque("s") },
  ]);
});

test.each([
  ["r", ["r"], true],
  ["r", ["s"], false],
  ["r/first", ["r"], true],
  ["r/first", ["r/first"], true],
  ["r/first", ["r/second"], false],
])("the request %s is meant by the names %j: %s", (request, names, is) => {
  expect(isMeant(request, names)).toBe(is);
});
