/** ValidatingAdmissionWebhook: all matching webhooks are called concurrently, and all must allow the request. */
import type { AdmissionPlugin } from "../plugin.ts";
import { isBeyondWebhooks } from "../policies/match-resources.ts";
import { requireAllowed } from "./webhook-answer.ts";
import { matchedVersion, webhooksOf } from "./webhook-matching.ts";

const webhooks = webhooksOf("validatingwebhookconfigurations.admissionregistration.k8s.io");

export const validatingWebhooks: AdmissionPlugin = {
  name: "ValidatingAdmissionWebhook",
  handles: (request) => request.context.policy.derive(webhooks).length > 0 && !isBeyondWebhooks(request),

  async validate(request) {
    const all = request.context.policy.derive(webhooks);
    const versions = await Promise.all(all.map((webhook) => matchedVersion(webhook, request)));
    const requested = all.flatMap((webhook, i) => {
      const at = versions[i];
      return at ? [{ webhook, at }] : [];
    });
    await Promise.all(
      requested.map(({ webhook, at }, index) =>
        requireAllowed(webhook, request, { at, mutating: false, round: 0, index }),
      ),
    );
  },
};
