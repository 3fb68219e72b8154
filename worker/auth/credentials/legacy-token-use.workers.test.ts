import { expect, test } from "vitest";
import type { TokenReview } from "../../../api/generated/authentication.v1.ts";
import type { Secret } from "../../../api/generated/core.v1.ts";
import { call, newCluster, outside } from "../../../test/workers/api-under-test.ts";

const GENERATED =
  '299 - "Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens."';
const LAST_USED = "kubernetes.io/legacy-token-last-used";

async function accountWithTokens() {
  const cluster = await newCluster("legacy");
  const core = `${cluster}/api/v1/namespaces/default`;
  await call(`${core}/serviceaccounts`, { body: { metadata: { name: "a" }, secrets: [{ name: "listed" }] } });
  for (const name of ["listed", "manual"]) {
    const annotations = { "kubernetes.io/service-account.name": "a" };
    const type = "kubernetes.io/service-account-token";
    await call(`${core}/secrets`, { body: { metadata: { name, annotations }, type } });
  }
  const secret = async (name: string) => (await call(`${core}/secrets/${name}`)).object as Secret;
  const tokenOf = async (name: string) => {
    await expect.poll(async () => (await secret(name)).data?.token, { timeout: 10_000 }).toBeDefined();
    return atob((await secret(name)).data?.token ?? "");
  };
  const use = async (token: string) => {
    const response = await outside.fetch(`${core}/pods`, { headers: { authorization: `Bearer ${token}` } });
    await response.body?.cancel();
    return [response.status, response.headers.get("Warning")];
  };
  const review = async (token: string) => {
    const url = `${cluster}/apis/authentication.k8s.io/v1/tokenreviews`;
    const { object, headers } = await call(url, { body: { spec: { token } } });
    return [(object as unknown as TokenReview).status?.error, headers.get("Warning")];
  };
  return { core, secret, tokenOf, use, review };
}

test("AUTH-LEGACY: a token that its account lists is answered with a warning, a manually created one without", async () => {
  const { tokenOf, use } = await accountWithTokens();
  expect(await use(await tokenOf("listed"))).toEqual([403, GENERATED]);
  expect(await use(await tokenOf("manual"))).toEqual([403, null]);
});

test("AUTH-LEGACY: the use of a token that is marked invalid is refused, and recorded", async () => {
  const { core, secret, tokenOf, use } = await accountWithTokens();
  const token = await tokenOf("listed");
  const labels = { "kubernetes.io/legacy-token-invalid-since": "2026-01-01" };
  await call(`${core}/secrets/listed`, { method: "PATCH", body: { metadata: { labels } } });
  expect(await use(token)).toEqual([401, null]);
  expect((await secret("listed")).metadata.labels?.[LAST_USED]).toMatch(/^\d{4}-\d\d-\d\d$/);
});

test("AUTH-LEGACY: a review of such a token warns, and says what is wrong with it", async () => {
  const { core, tokenOf, review } = await accountWithTokens();
  const [listed, manual] = [await tokenOf("listed"), await tokenOf("manual")];
  expect(await review(listed)).toEqual([undefined, GENERATED]);
  expect(await review(manual)).toEqual([undefined, null]);
  const refused = (why: string) => [`[invalid bearer token, ${why}]`, null];
  await call(`${core}/secrets/manual`, { method: "PATCH", body: { data: { token: btoa("other") } } });
  expect(await review(manual)).toEqual(refused("Token does not match server's copy"));
  await call(`${core}/secrets/manual`, { method: "DELETE" });
  expect(await review(manual)).toEqual(refused("Token has been invalidated"));
  await call(`${core}/serviceaccounts/a`, { method: "PATCH", body: { metadata: { finalizers: ["a.b/c"] } } });
  await call(`${core}/serviceaccounts/a`, { method: "DELETE" });
  expect(await review(listed)).toEqual(refused("ServiceAccount default/a has been deleted"));
});
