"""Builds AWS's managed policies once for all accounts, and lists those in use where AWS does.

moto builds 1,300 of them for each account, in a seventh of a second, and GetAccountAuthorizationDetails returned them all in another.
"""

import copy

from moto.iam.models import AWSManagedPolicy, IAMBackend


def patch():
    build = IAMBackend._init_aws_policies
    built = {}

    def own_copies(backend):
        partition = backend.region_name
        if partition not in built:
            built[partition] = build(backend)
        policies = [copy.copy(policy) for policy in built[partition]]
        for policy in policies:
            policy.account_id = backend.account_id
        return policies

    details = IAMBackend.get_account_authorization_details

    def with_policies_in_use(backend, policy_filter):
        found = details(backend, policy_filter)
        principals = [*backend.roles.values(), *backend.users.values()]
        boundaries = {getattr(principal, "permissions_boundary_arn", None) for principal in principals}
        found["managed_policies"] = [
            policy
            for policy in found["managed_policies"]
            if not isinstance(policy, AWSManagedPolicy) or policy.attachment_count > 0 or policy.arn in boundaries
        ]
        return found

    IAMBackend._init_aws_policies = own_copies
    IAMBackend.get_account_authorization_details = with_policies_in_use
