import { KubectlLine } from "../parts/kubectl-line.tsx";
import { href } from "../route.ts";

/** For a cluster without workloads, and perhaps without nodes. */
export const FirstSteps = ({ nodes }: { readonly nodes: number }) => (
  <section class="card first-steps">
    <h2>Nothing runs here yet</h2>
    {nodes === 0 && (
      <p>
        There is no node for pods to run on: <a href={href(["kind", "core", "v1", "nodes"])}>join one</a> first.
      </p>
    )}
    <p>
      <a href={href(["apply"])}>Create, apply</a> writes a manifest with you, or with kubectl:
    </p>
    <KubectlLine command={FIRST_DEPLOYMENT} />
  </section>
);

/** With a command: nodes without containers run that instead of the image. */
const FIRST_DEPLOYMENT = "kubectl create deployment hello --image=busybox -- sh -c 'while date; do sleep 1; done'";
