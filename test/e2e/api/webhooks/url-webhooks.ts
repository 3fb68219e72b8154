/** Webhooks outside of the cluster. */
import { createServer, type Server } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createServingCertificate } from "../../../../cli/control-plane/certificates.ts";
import { authority, base64, type HookedCluster, stranger } from "./hooked-cluster.ts";

export function urlWebhooks(hooked: () => HookedCluster): void {
  describe("a webhook behind a URL", () => {
    let server: Server;
    let url = "";
    beforeAll(async () => {
      const subjects = [{ type: "ip", value: "127.0.0.1" } as const];
      const { certificate, key } = createServingCertificate(authority.key, subjects, new Date());
      server = createServer({ cert: certificate, key }, async (request, response) => {
        let text = "";
        for await (const chunk of request) text += chunk;
        if (request.url?.startsWith("/silent")) return;
        const { uid } = JSON.parse(text).request;
        const answer = { uid, allowed: false, status: { message: "heard" } };
        response.end(JSON.stringify({ kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response: answer }));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      url = `https://127.0.0.1:${(server.address() as { port: number }).port}`;
    });
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    test("is called only if its certificate is signed by the caBundle's authority", async () => {
      const at = (caBundle: string) => ({ url: `${url}/check`, caBundle: base64(caBundle) });
      await hooked().configure({ name: "url", kind: "Validating", clientConfig: at(authority.certificate), rule: {} });
      expect((await hooked().create("url")).stderr).toContain(
        'admission webhook "url.example.com" denied the request: heard',
      );
      await hooked().configure({ name: "url", kind: "Validating", clientConfig: at(stranger.certificate), rule: {} });
      expect((await hooked().create("url")).stderr).toMatch(
        /failed calling webhook .*x509: certificate signed by unknown authority/,
      );
    });

    test("HOOK-TIME: during whose call the request's own time ends fails it, whatever its failure policy", async () => {
      const clientConfig = { url: `${url}/silent`, caBundle: base64(authority.certificate) };
      const map = { metadata: { name: "late", labels: { hook: "late" } } };
      for (const failurePolicy of ["Fail", "Ignore"]) {
        await hooked().configure({ name: "late", clientConfig, rule: {}, more: { failurePolicy } });
        const path = "/api/v1/namespaces/default/configmaps?timeout=1s";
        const { stderr } = await hooked().cluster.kubectl(`create --raw ${path} -f -`, { input: JSON.stringify(map) });
        expect(stderr).toContain("(Timeout): Timeout: request did not complete within the allotted timeout");
      }
    });
  });
}
