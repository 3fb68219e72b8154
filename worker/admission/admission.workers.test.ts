import { expect, test } from "vitest";
import { call, newNamespace, pod } from "../../test/workers/core-calls.ts";

/** Rules of docs/spec/admission.md that need a store; those of a plugin are tested beside it. */
test("ADM-FIRST: a missing namespace is reported before a plugin's refusal", async () => {
  const answer = await call("/namespaces/nowhere/pods", pod("p"));
  expect(answer.object.message).toBe('namespaces "nowhere" not found');
});

test("ADM-NAME: mutating plugins see generateName, and validating ones the final name", async () => {
  const create = (spec: object) =>
    call("/namespaces/default/pods", { ...pod("", spec), metadata: { generateName: "gen-" } });
  const refused = await create({ priorityClassName: "none" });
  expect(refused.object.message).toBe('pods "gen-" is forbidden: no PriorityClass with name none was found');
  const nameless = await call("/namespaces/default/pods", pod("", { priorityClassName: "none" }));
  expect(nameless.object.message).toContain('pods "Unknown" is forbidden');
  expect((await create({})).object.metadata.name).toMatch(/^gen-.{5}$/);
});

test("an admission error includes the warnings before it", async () => {
  const place = await newNamespace("warned-and-refused");
  const { code, warning } = await call(`${place}/configmaps`, { metadata: { name: "Bad" }, unknown: true });
  expect([code, warning]).toEqual([422, '299 - "unknown field \\"unknown\\""']);
});

test("a subresource action must stay in its object's namespace", async () => {
  const place = await newNamespace("elsewhere");
  expect((await call(`${place}/pods`, pod("p"))).code).toBe(201);
  const metadata = { name: "p", namespace: "default" };
  const bound = await call(`${place}/pods/p/binding`, { metadata, target: { name: "a" } });
  const token = await call(`${place}/serviceaccounts/default/token`, { metadata, spec: {} });
  for (const { code, object } of [bound, token]) {
    expect(code).toBe(400);
    expect(object.message).toBe(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
});
