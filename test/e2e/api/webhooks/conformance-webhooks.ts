/** What the conformance suite requires of webhooks. */
import { describe, expect, test } from "vitest";
import { callApi } from "../../rig/api-call.ts";
import { type HookedCluster, inCluster } from "./hooked-cluster.ts";

export function conformanceOfWebhooks(hooked: () => HookedCluster): void {
  describe("what the conformance suite requires of webhooks", () => {
    const call = async (method: string, path: string, body?: object, type = "application/json") => {
      const headers = { "Content-Type": type };
      const { status, text } = await callApi(hooked().cluster, path, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status, object: JSON.parse(text) };
    };
    const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1";
    const MAPS = "/api/v1/namespaces/default/configmaps";
    const makeMap = (name: string, hook: string, data: object = { own: "yes" }) =>
      call("POST", MAPS, { metadata: { name, labels: { hook } }, data });
    const group = "hooked.example.com";
    const PLACES = `/apis/${group}/v1/namespaces/default/places`;
    const definitionOf = (plural: string, hook = "") => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.${group}`, labels: { hook } },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural, singular: plural.slice(0, -1), kind: `K${plural}`, listKind: `K${plural}List` },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: "object",
                properties: {
                  data: {
                    type: "object",
                    properties: {
                      own: { type: "string" },
                      ...(plural === "places" && { mutated: { type: "string" } }),
                    },
                  },
                },
              },
            },
          },
        ],
      },
    });
    const define = async (plural: string) => {
      await hooked().cluster.output("apply -f -", { input: JSON.stringify(definitionOf(plural)) });
      await hooked().cluster.output(`wait --for=condition=Established --timeout=20s crd/${plural}.${group}`);
    };
    const placeRule = (resource: string, ...operations: string[]) => ({
      operations,
      apiGroups: [group],
      apiVersions: ["v1"],
      resources: [resource],
    });
    const place = (name: string, hook: string, kind = "Kplaces") => ({
      apiVersion: `${group}/v1`,
      kind,
      metadata: { name, labels: { hook } },
      data: { own: "yes" },
    });
    const unconfigure = (name: string, kind: "mutating" | "validating") =>
      hooked().cluster.output(`delete ${kind}webhookconfiguration ${name}`);

    test("Admission webhook, admission control not allowed on webhook configuration objects", async () => {
      const rule = {
        operations: ["CREATE", "DELETE"],
        apiGroups: ["admissionregistration.k8s.io"],
        apiVersions: ["*"],
        resources: ["*"],
      };
      const more = { objectSelector: {} };
      await hooked().configure({ name: "own-change", clientConfig: inCluster("/mutate"), rule, more });
      await hooked().configure({ name: "own-deny", kind: "Validating", clientConfig: inCluster("/deny"), rule, more });
      for (const kind of ["Mutating", "Validating"] as const) {
        const plural = `${kind.toLowerCase()}webhookconfigurations`;
        const made = await call("POST", `${CONFIGURATIONS}/${plural}`, { metadata: { name: "dummy" }, webhooks: [] });
        expect([made.status, made.object.data]).toEqual([201, undefined]);
        expect((await call("DELETE", `${CONFIGURATIONS}/${plural}/dummy`)).status).toBe(200);
      }
      await unconfigure("own-change", "mutating");
      await unconfigure("own-deny", "validating");
    });

    test("Admission webhook, deny attach", async () => {
      const rule = { operations: ["CONNECT"], resources: ["pods/attach"] };
      const more = { objectSelector: {} };
      await hooked().configure({ name: "attach", kind: "Validating", clientConfig: inCluster("/deny"), rule, more });
      const { code, stderr } = await hooked().cluster.kubectl("attach hooks");
      expect([code, stderr]).toEqual([1, expect.stringContaining("denied the request: no CONNECT attach")]);
      await unconfigure("attach", "validating");
    });

    test("Admission webhook, deny custom resource create and delete", async () => {
      await define("places");
      expect((await call("POST", PLACES, place("kept", "places"))).status).toBe(201);
      const rule = placeRule("places", "CREATE", "UPDATE", "DELETE");
      await hooked().configure({ name: "places", kind: "Validating", clientConfig: inCluster("/deny"), rule });
      const denied = (what: string) => ({
        status: 403,
        object: { message: `admission webhook "places.example.com" denied the request: no ${what}  Kplaces` },
      });
      expect(await call("POST", PLACES, place("new", "places"))).toMatchObject(denied("CREATE"));
      const change = { data: { own: "no" } };
      const merge = "application/merge-patch+json";
      expect(await call("PATCH", `${PLACES}/kept`, change, merge)).toMatchObject(denied("UPDATE"));
      expect(await call("DELETE", `${PLACES}/kept`)).toMatchObject(denied("DELETE"));
      await unconfigure("places", "validating");
      expect((await call("DELETE", `${PLACES}/kept`)).status).toBe(200);
    });

    test("Admission webhook, deny custom resource definition", async () => {
      const rule = {
        apiGroups: ["apiextensions.k8s.io"],
        apiVersions: ["*"],
        resources: ["customresourcedefinitions"],
      };
      await hooked().configure({ name: "definition", kind: "Validating", clientConfig: inCluster("/deny"), rule });
      const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
      expect((await call("POST", definitions, definitionOf("things", "definition"))).status).toBe(403);
      expect((await call("GET", `${definitions}/things.${group}`)).status).toBe(404);
    });

    test("Admission webhook, discovery document", async () => {
      const { object: groups } = await call("GET", "/apis");
      const own = groups.groups.find(({ name }: { name: string }) => name === "admissionregistration.k8s.io");
      const groupVersion = "admissionregistration.k8s.io/v1";
      expect(own.versions).toContainEqual({ groupVersion, version: "v1" });
      expect((await call("GET", "/apis/admissionregistration.k8s.io")).object.versions).toEqual(own.versions);
      const { object: list } = await call("GET", CONFIGURATIONS);
      const names = list.resources.map(({ name }: { name: string }) => name);
      expect(names).toEqual(
        expect.arrayContaining(["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]),
      );
    });

    test("Admission webhook, fail closed", async () => {
      const { caBundle: _, ...unproven } = inCluster("/mutate");
      const more = { failurePolicy: "Fail" };
      await hooked().configure({ name: "closed", kind: "Validating", clientConfig: unproven, rule: {}, more });
      expect((await makeMap("closed", "closed")).status).toBe(500);
      expect((await call("GET", `${MAPS}/closed`)).status).toBe(404);
    });

    test("Admission webhook, list mutating webhooks", async () => {
      const url = `${CONFIGURATIONS}/mutatingwebhookconfigurations`;
      const query = "?labelSelector=listed%3Dyes";
      for (let i = 0; i < 10; i++) {
        await hooked().configure({ name: `listed-${i}`, clientConfig: inCluster("/mutate"), rule: {} });
        const labels = { metadata: { labels: { listed: "yes" } } };
        await call("PATCH", `${url}/listed-${i}`, labels, "application/merge-patch+json");
      }
      expect((await call("GET", url + query)).object.items).toHaveLength(10);
      expect((await makeMap("listed-before", "listed-3")).object.data.mutated).toBe("by listed-before");
      expect((await call("DELETE", url + query)).status).toBe(200);
      expect((await call("GET", url + query)).object.items).toEqual([]);
      expect((await makeMap("listed-after", "listed-3")).object.data.mutated).toBeUndefined();
    });

    test("Admission webhook, mutate custom resource", async () => {
      await define("places");
      await hooked().configure({
        name: "place",
        clientConfig: inCluster("/mutate"),
        rule: placeRule("places", "CREATE"),
      });
      const { object } = await call("POST", PLACES, place("changed", "place"));
      expect(object.data).toEqual({ own: "yes", mutated: "by changed" });
    });

    test("Admission webhook, mutate custom resource with pruning", async () => {
      await define("spots");
      await hooked().configure({
        name: "spot",
        clientConfig: inCluster("/mutate"),
        rule: placeRule("spots", "CREATE"),
      });
      const { object } = await call("POST", PLACES.replace("places", "spots"), place("pruned", "spot", "Kspots"));
      expect(object.data).toEqual({ own: "yes" });
    });

    test("Admission webhook, ordered mutation", async () => {
      const more = { objectSelector: { matchLabels: { hook: "ordered" } } };
      for (const name of ["ordered-1", "ordered-2"])
        await hooked().configure({ name, clientConfig: inCluster("/stages"), rule: {}, more });
      const { object } = await makeMap("ordered", "ordered", { "mutation-start": "yes" });
      expect(object.data).toEqual({ "mutation-start": "yes", "mutation-stage-1": "yes", "mutation-stage-2": "yes" });
    });

    test("Admission webhook, update mutating webhook | Admission webhook, update validating webhook", async () => {
      for (const kind of ["Mutating", "Validating"] as const) {
        const hook = `updated-${kind.toLowerCase()}`;
        const clientConfig = inCluster(kind === "Mutating" ? "/mutate" : "/deny");
        const url = `${CONFIGURATIONS}/${kind.toLowerCase()}webhookconfigurations/${hook}`;
        await hooked().configure({ name: hook, kind, clientConfig, rule: {} });
        const isHeard = async (name: string) => {
          const { status, object } = await makeMap(name, hook);
          return kind === "Mutating" ? object.data.mutated === `by ${name}` : status === 403;
        };
        expect(await isHeard(`${hook}-1`)).toBe(true);
        const { object } = await call("GET", url);
        object.webhooks[0].rules[0].operations = ["UPDATE"];
        expect((await call("PUT", url, object)).status).toBe(200);
        expect(await isHeard(`${hook}-2`)).toBe(false);
        const back = [{ op: "replace", path: "/webhooks/0/rules/0/operations", value: ["CREATE"] }];
        expect((await call("PATCH", url, back, "application/json-patch+json")).status).toBe(200);
        expect(await isHeard(`${hook}-3`)).toBe(true);
      }
    });

    const conditioned = (name: string, expression: string) => ({
      metadata: { name },
      webhooks: [
        {
          name: `${name}.example.com`,
          clientConfig: inCluster("/deny"),
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          objectSelector: { matchLabels: { hook: name } },
          rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }],
          matchConditions: [{ name: "expression-1", expression }],
        },
      ],
    });

    test.each([
      [
        "Validing Admission webhook, reject validating webhook configurations with invalid matchConditions",
        "validating",
      ],
      ["Mutating Admission webhook, reject mutating webhook configurations with invalid matchConditions", "mutating"],
    ])("%s", async (_, kind) => {
      const invalid = conditioned("invalid", "... [] bad expression");
      const { status, object } = await call("POST", `${CONFIGURATIONS}/${kind}webhookconfigurations`, invalid);
      expect([status, object.message]).toEqual([422, expect.stringContaining("compilation failed")]);
    });

    test("Validating Admission webhook, create and update validating webhook configuration with matchConditions", async () => {
      const url = `${CONFIGURATIONS}/validatingwebhookconfigurations`;
      const expression = "object.metadata.name != 'spared'";
      expect((await call("POST", url, conditioned("conditioned", expression))).status).toBe(201);
      const { object } = await call("GET", `${url}/conditioned`);
      expect(object.webhooks[0].matchConditions).toEqual([{ name: "expression-1", expression }]);
      const more = { name: "expression-2", expression: "object.data.own == 'yes'" };
      object.webhooks[0].matchConditions.push(more);
      expect((await call("PUT", `${url}/conditioned`, object)).status).toBe(200);
      const stored = await call("GET", `${url}/conditioned`);
      expect(stored.object.webhooks[0].matchConditions).toEqual([{ name: "expression-1", expression }, more]);
      expect((await makeMap("meant", "conditioned")).status).toBe(403);
      expect((await makeMap("spared", "conditioned")).status).toBe(201);
    });
  });
}
