/** The address ranges of a cluster, kubeadm's defaults. */
export const SERVICE_CIDR = "10.96.0.0/16";
export const POD_CIDR = "10.244.0.0/16";
