import { KubectlLine } from "../parts/kubectl-line.tsx";
import { href } from "../route.ts";

/** For a cluster without workloads. */
export const FirstSteps = () => (
  <section class="card first-steps">
    <h2>Nothing runs here yet</h2>
    <p>
      <a href={href(["apply"])}>Create, apply</a> writes a manifest with you, or with kubectl:
    </p>
    <KubectlLine command={FIRST_DEPLOYMENT} />
  </section>
);

/** With a command: nodes without containers run that instead of the image. */
const FIRST_DEPLOYMENT = "kubectl create deployment hello --image=busybox -- sh -c 'while date; do sleep 1; done'";
