/** Definitions whose versions a webhook converts. */
import { describe, expect, test } from "vitest";
import { callApi } from "../../rig/api-call.ts";
import { type HookedCluster, inCluster } from "./hooked-cluster.ts";

export function conversionWebhooks(hooked: () => HookedCluster): void {
  describe("CRD-WEBHOOK: a definition whose versions are converted by a webhook", () => {
    const group = "conversion.example.com";
    const schema = (properties: Record<string, object>) => ({
      openAPIV3Schema: { type: "object", properties: { ...properties, note: { type: "string" } } },
    });
    const text = { type: "string" };
    const hostPort = schema({ hostPort: text });
    const hostAndPort = schema({ host: text, port: text });
    const definition = (stored: "v1" | "v2", path = "/convert") =>
      JSON.stringify({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `places.${group}` },
        spec: {
          group,
          scope: "Namespaced",
          names: { plural: "places", singular: "place", kind: "Place", listKind: "PlaceList" },
          versions: [
            { name: "v1", served: true, storage: stored === "v1", schema: hostPort },
            {
              name: "v2",
              served: true,
              storage: stored === "v2",
              schema: hostAndPort,
              additionalPrinterColumns: [{ name: "Host", type: "string", jsonPath: ".host" }],
            },
          ],
          conversion: {
            strategy: "Webhook",
            webhook: { clientConfig: inCluster(path), conversionReviewVersions: ["v1"] },
          },
        },
      });
    const place = (version: string, name: string, fields: object) =>
      JSON.stringify({ apiVersion: `${group}/${version}`, kind: "Place", metadata: { name }, ...fields });
    const read = async (version: string, rest: string) =>
      JSON.parse((await callApi(hooked().cluster, `/apis/${group}/${version}/namespaces/default/places${rest}`)).text);

    test("Custom Resource Definition Conversion Webhook, conversion custom resource: answers each object at the version asked for, whatever version it was written at", async () => {
      await hooked().cluster.output("apply -f -", { input: definition("v1") });
      await hooked().cluster.output(`wait --for=condition=Established crd/places.${group}`);
      await hooked().cluster.output("create -f -", { input: place("v1", "one", { hostPort: "a:1" }) });
      await hooked().cluster.output("create -f -", { input: place("v2", "two", { host: "b", port: "2" }) });
      expect(await read("v2", "/one")).toMatchObject({ apiVersion: `${group}/v2`, host: "a", port: "1" });
      expect(await read("v1", "/two")).toMatchObject({ apiVersion: `${group}/v1`, hostPort: "b:2" });
      const hosts = ({ items }: { items: { host: string }[] }) => items.map(({ host }) => host);
      expect(hosts(await read("v2", ""))).toEqual(["a", "b"]);
      const table = await hooked().cluster.output(`get places.v2.${group} --no-headers`);
      expect(table.split("\n").map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
        ["one", "a"],
        ["two", "b"],
        [""],
      ]);
    });

    test("patches, applies, watches and deletes at any version", async () => {
      await hooked().cluster.output(`patch places.v2.${group} one --type=merge -p {"port":"9"}`);
      expect(await read("v1", "/one")).toMatchObject({ hostPort: "a:9" });
      const applied = place("v2", "one", { host: "c", port: "9", note: "x" });
      await hooked().cluster.output("apply --server-side --force-conflicts -f -", { input: applied });
      expect(await read("v1", "/one")).toMatchObject({ hostPort: "c:9", note: "x" });
      const watcher = hooked().cluster.follow(`get places.v2.${group} two -o jsonpath={.host}/{.port}; -w`);
      await watcher.until(/b\/2;/);
      await hooked().cluster.output(`patch places.v1.${group} two --type=merge -p {"hostPort":"d:4"}`);
      await watcher.until(/d\/4;/);
      watcher.stop();
      await hooked().cluster.output(`delete places.v2.${group} two`);
      expect(await read("v1", "/two")).toMatchObject({ code: 404 });
    });

    test("CRD-WEBHOOK: an update at another version that changes nothing writes nothing", async () => {
      await hooked().cluster.output(`label places.v1.${group} one its=label`);
      const { metadata } = await read("v1", "/one");
      await hooked().cluster.output(`patch places.v2.${group} one --type=merge -p {"host":"c"}`);
      expect((await read("v1", "/one")).metadata.resourceVersion).toBe(metadata.resourceVersion);
    });

    test("CRD-WEBHOOK: an update that changes nothing writes an object anew that is stored at another version", async () => {
      const revisions: string[] = [];
      const update = async () => {
        await hooked().cluster.output(`patch places.v2.${group} one --type=merge -p {"host":"c"}`);
        revisions.push((await read("v1", "/one")).metadata.resourceVersion);
      };
      await update();
      await hooked().cluster.output("apply -f -", { input: definition("v2") });
      await update();
      await update();
      expect(revisions[1]).not.toBe(revisions[0]);
      expect(revisions[2]).toBe(revisions[1]);
      await hooked().cluster.output("apply -f -", { input: definition("v1") });
      await update();
    });

    test("CRD-WEBHOOK-OWNERS: what a manager owns at one version can be taken at another", async () => {
      const apply = (manager: string, input: string, force = "--force-conflicts=false") =>
        hooked().cluster.output(`apply --server-side --field-manager=${manager} ${force} -f -`, { input });
      const managers = async () => {
        const { metadata } = await read("v1", "/owned");
        const entries = metadata.managedFields as { manager: string; fieldsV1: object }[];
        return Object.fromEntries(entries.map(({ manager, fieldsV1 }) => [manager, fieldsV1]));
      };
      await apply("first", place("v1", "owned", { hostPort: "a:1", note: "x" }));
      await apply("second", place("v2", "owned", { host: "a" }));
      expect(await managers()).toEqual({ first: { "f:hostPort": {}, "f:note": {} }, second: { "f:host": {} } });
      await expect(apply("third", place("v2", "owned", { host: "a", port: "2" }))).rejects.toThrow(/.hostPort/);
      await apply("third", place("v2", "owned", { host: "a", port: "2" }), "--force-conflicts");
      expect(await managers()).toEqual({
        first: { "f:note": {} },
        second: { "f:host": {} },
        third: { "f:host": {}, "f:port": {} },
      });
      await hooked().cluster.output(`delete places.v2.${group} owned`);
    });

    test("fails if the webhook fails, and needs no webhook for objects at the requested version", async () => {
      await hooked().cluster.output("apply -f -", { input: definition("v1", "/nowhere") });
      expect(await read("v1", "/one")).toMatchObject({ hostPort: "c:9" });
      expect(await read("v2", "/one")).toMatchObject({
        code: 500,
        message: expect.stringMatching(/^conversion webhook for conversion.example.com\/v1, Kind=Place failed: /),
      });
      await hooked().cluster.output("apply -f -", { input: definition("v1") });
      await hooked().cluster.output(`delete crd places.${group}`);
    });
  });
}
