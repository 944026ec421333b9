import type { Manifest } from "@agent-roles/manifest";
import { parseArn } from "@agent-roles/iam";
import { type CfnTag, Stack } from "aws-cdk-lib";
import { CfnPodIdentityAssociation, type CfnPodIdentityAssociationProps } from "aws-cdk-lib/aws-eks";
import { CfnInstanceProfile, CfnManagedPolicy, CfnOIDCProvider, CfnRole } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { InfraError } from "./infra-error.ts";
import { masterPermissions } from "./policies/master-permissions.ts";
import { masterTrustPolicy } from "./policies/master-trust-policy.ts";
import { rolePolicies, roleProperties } from "./role-properties.ts";

export interface ManifestMasterRoleProps {
  readonly manifest: Manifest;
}

/** The role that the agent starts as, with the permission to assume the target roles of the manifest. */
export class ManifestMasterRole extends Construct {
  constructor(scope: Construct, id: string, { manifest }: ManifestMasterRoleProps) {
    super(scope, id);
    const { master } = manifest;
    const { roleName, path, trustedBy } = master;
    const [inline, ...managed] = masterPermissions(manifest);
    const { tags, ...properties } = roleProperties(master);
    const tagged: { readonly tags?: CfnTag[] } = tags ? { tags } : {};
    const role = new CfnRole(this, "Resource", {
      description: "The role that agents start as.",
      ...properties,
      ...tagged,
      path,
      assumeRolePolicyDocument: masterTrustPolicy(manifest),
      policies: [
        { policyName: "agent-roles", policyDocument: inline },
        ...rolePolicies(master, "agent-roles-statements"),
      ],
    });
    for (const [index, policyDocument] of managed.entries()) {
      new CfnManagedPolicy(this, `Targets${index + 1}`, {
        path,
        description: "Lets the master role of agent-roles assume further target roles.",
        policyDocument,
        roles: [role.ref],
      });
    }
    // EC2 gives a role to an instance through an instance profile only.
    if (trustedBy.some((entry) => "service" in entry && entry.service === "ec2")) {
      new CfnInstanceProfile(this, "InstanceProfile", { instanceProfileName: roleName, path, roles: [role.ref] });
    }
    this.#createOidcProviders(manifest, tagged);
    this.#createPodIdentityAssociations(manifest, role, tagged);
  }

  /** One provider for all entries that name it. */
  #createOidcProviders({ master }: Manifest, tagged: { readonly tags?: CfnTag[] }): void {
    const audiences = new Map<string, Set<string>>();
    for (const entry of master.trustedBy) {
      if (!("oidc" in entry) || entry.oidc.create !== true) continue;
      const { provider, audience } = entry.oidc;
      audiences.set(provider, (audiences.get(provider) ?? new Set()).add(audience));
    }
    for (const [provider, clientIds] of audiences) {
      new CfnOIDCProvider(this, `OidcProvider-${provider}`, {
        url: `https://${provider}`,
        clientIdList: [...clientIds],
        ...tagged,
      });
    }
  }

  /** One association for all entries that name it. @throws {InfraError} `InvalidRegion`: an association exists in the Region of its cluster only. */
  #createPodIdentityAssociations({ master }: Manifest, role: CfnRole, tagged: { readonly tags?: CfnTag[] }): void {
    const { region } = Stack.of(this);
    const associations = new Map<string, CfnPodIdentityAssociationProps>();
    for (const entry of master.trustedBy) {
      if (!("podIdentity" in entry) || entry.podIdentity.create !== true) continue;
      const { clusterArn, namespace, serviceAccount } = entry.podIdentity;
      const cluster = parseArn(clusterArn);
      if (cluster?.region !== region || cluster.account !== master.account) {
        const message = `cannot create the Pod Identity association from a stack in account ${master.account}, Region ${region}`;
        const fix = "deploy in the Region of the cluster (AWS_REGION), or remove create";
        throw new InfraError("InvalidRegion", [{ path: clusterArn, message, fix }]);
      }
      const clusterName = clusterArn.slice(clusterArn.lastIndexOf("/") + 1);
      const props = { clusterName, namespace, serviceAccount, roleArn: role.attrArn, ...tagged };
      associations.set(`PodIdentity-${clusterName}:${namespace}:${serviceAccount}`, props);
    }
    for (const [id, props] of associations) new CfnPodIdentityAssociation(this, id, props);
  }
}
