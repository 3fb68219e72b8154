import type { SchemaSource } from "../idl.ts";

export const certificatesV1: SchemaSource = {
  name: "certificates.v1",
  group: "certificates.k8s.io",
  version: "v1",
  package: "io.k8s.api.certificates.v1",
  types: `
CertificateSigningRequest kind
  1 metadata meta.v1.ObjectMeta
  2 spec CertificateSigningRequestSpec required
  3 status CertificateSigningRequestStatus
CertificateSigningRequestCondition
  1 type string required go=v1.RequestConditionType
  6 status string required go=v1.ConditionStatus
  2 reason string
  3 message string
  4 lastUpdateTime Time
  5 lastTransitionTime Time
CertificateSigningRequestSpec
  1 request bytes required
  7 signerName string required
  8 expirationSeconds *int32
  5 usages []string go=[]v1.KeyUsage list=atomic enum=any|cert_sign|client_auth|code_signing|content_commitment|crl_sign|data_encipherment|decipher_only|digital_signature|email_protection|encipher_only|ipsec_end_system|ipsec_tunnel|ipsec_user|key_agreement|key_encipherment|microsoft_sgc|netscape_sgc|ocsp_signing|s/mime|server_auth|signing|timestamping
  2 username string
  3 uid string
  4 groups []string list=atomic
  6 extra map[]StringList go=map[string]v1.ExtraValue
CertificateSigningRequestStatus
  1 conditions []CertificateSigningRequestCondition list=map:type
  2 certificate bytes
`,
};
