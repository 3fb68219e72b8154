import { expect, it } from "vitest";
import type { HTTPIngressPath, Ingress, IngressSpec } from "../../api/generated/networking.v1.ts";
import { type RouteFacts, routeOf } from "./route.ts";

const to = (service: string) => ({ service: { name: service, port: { number: 80 } } });
const path = (pathType: string, at: string, service: string): HTTPIngressPath => ({
  pathType,
  path: at,
  backend: to(service),
});
const ingress = (name: string, spec: IngressSpec, creationTimestamp = "2026-01-01T00:00:00Z"): Ingress => ({
  metadata: { name, namespace: "shop", creationTimestamp },
  spec,
  status: {},
});
const facts = (...ingresses: Ingress[]): RouteFacts => ({ ingresses, cluster: "default", domain: "apps.example.com" });
const led = (visit: string, ...ingresses: Ingress[]): string | undefined => {
  const { hostname, pathname } = new URL(`http://${visit}`);
  return routeOf({ host: hostname, path: pathname }, facts(...ingresses))?.backend.service?.name;
};

const paths = ingress("web", {
  rules: [
    {
      host: "a.example.com",
      http: {
        paths: [
          path("Prefix", "/", "root"),
          path("Prefix", "/foo", "foo"),
          path("Prefix", "/foo/bar/", "bar"),
          path("Exact", "/foo/bar", "exact"),
          path("ImplementationSpecific", "/any", "any"),
        ],
      },
    },
  ],
});

it.each([
  ["a.example.com/", "root"],
  ["a.example.com/foo", "foo"],
  ["a.example.com/foobar", "root"],
  ["a.example.com/foo/baz", "foo"],
  ["a.example.com/foo/bar", "exact"],
  ["a.example.com/foo/bar/", "bar"],
  ["a.example.com/foo/bar/x", "bar"],
  ["a.example.com/any/x", "any"],
  ["b.example.com/", undefined],
])("among paths, the exact one wins, then the longest: %s to %s (INGRESS-PATH)", (visit, service) =>
  expect(led(visit, paths)).toBe(service),
);

const rule = (service: string, host?: string): IngressSpec => ({
  rules: [{ ...(host !== undefined && { host }), http: { paths: [path("Prefix", "/", service)] } }],
});

it.each([
  ["a.example.com/", "exact"],
  ["b.example.com/", "wildcard"],
  ["x.b.example.com/", undefined],
  ["example.com/", undefined],
  ["any.shop.default.apps.example.com/", "own"],
  ["wild.shop.default.apps.example.com/", undefined],
])(
  "among hosts, the exact one wins, then a wildcard of one label, then the public name: %s (INGRESS-HOST)",
  (visit, service) =>
    expect(
      led(
        visit,
        ingress("wild", rule("wildcard", "*.example.com")),
        ingress("any", rule("own")),
        ingress("exact", rule("exact", "a.example.com")),
      ),
    ).toBe(service),
);

it("an Ingress uses its default backend if no path matches", () => {
  const spec: IngressSpec = {
    defaultBackend: to("fallback"),
    rules: [{ host: "a.example.com", http: { paths: [path("Exact", "/one", "one")] } }],
  };
  expect(led("a.example.com/one", ingress("web", spec))).toBe("one");
  expect(led("a.example.com/two", ingress("web", spec))).toBe("fallback");
  expect(led("b.example.com/", ingress("web", spec))).toBeUndefined();
  expect(led("web.shop.default.apps.example.com/", ingress("web", { defaultBackend: to("alone") }))).toBe("alone");
});

it("INGRESS-NAME: a public name cannot be claimed from another namespace", () => {
  const name = "web.shop.default.apps.example.com";
  const elsewhere = (one: Ingress): Ingress => ({ ...one, metadata: { ...one.metadata, namespace: "other" } });
  for (const host of [name, `*.${name.slice(name.indexOf(".") + 1)}`]) {
    const thief = ingress("thief", rule("thief", host), "2025-01-01T00:00:00Z");
    expect(led(`${name}/`, elsewhere(thief), ingress("web", rule("own")))).toBe("own");
    expect(led(`${name}/`, elsewhere(thief))).toBeUndefined();
    expect(led(`${name}/`, thief, ingress("web", rule("own")))).toBe("thief");
  }
});

it("a request goes to the oldest of two Ingresses with the same rule", () => {
  const young = ingress("young", rule("young", "a.example.com"), "2026-02-01T00:00:00Z");
  const old = ingress("old", rule("old", "a.example.com"));
  expect(led("a.example.com/", young, old)).toBe("old");
});

it("a route is secure if its Ingress has TLS for the host (INGRESS-TLS)", () => {
  const secured = ingress("web", { ...rule("web", "a.example.com"), tls: [{ hosts: ["*.example.com"] }] });
  const route = (host: string, one: Ingress) => routeOf({ host, path: "/" }, facts(one))?.secure;
  expect(route("a.example.com", secured)).toBe(true);
  expect(route("a.example.com", ingress("web", rule("web", "a.example.com")))).toBe(false);
});
