import { expect, test } from "vitest";
import { certificateSigningRequest } from "./certificate-signing-request.ts";

test("the signer's column is described by the field of certificates.k8s.io/v1beta1", () => {
  const column = certificateSigningRequest.columns?.find(({ name }) => name === "SignerName");
  expect(column?.description).toContain("\n 3. Otherwise, it is assigned ");
});
