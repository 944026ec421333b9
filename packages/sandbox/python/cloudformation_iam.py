"""Corrects moto 5.2's CloudFormation for IAM.

moto ignores a role's `ManagedPolicyArns`, stores an inline policy as a dict, ignores updates of roles and managed policies, does
not delete managed policies, and deletes a role with everything that others attached to it.
"""

import datetime
import json

from cloudformation_stacks import Refused
from iam_rules import check_boundary, check_duration
from moto.iam.models import ManagedPolicy, Role, iam_backends
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from moto.utilities.utils import get_partition


def as_text(document):
    return document if isinstance(document, str) else json.dumps(document, default=datetime.date.isoformat)


def attach(iam, roles, policy_arn):
    for name in roles:
        iam.attach_role_policy(policy_arn, name)


def detach(iam, roles, policy_arn):
    for name in roles:
        if policy_arn in iam.get_role(name).managed_policies:
            iam.detach_role_policy(policy_arn, name)


def check_unique(logical_id, properties):
    arns = properties.get("ManagedPolicyArns", [])
    if len(set(arns)) < len(arns):
        raise Refused(
            f"Properties validation failed for resource {logical_id} with message:\n[#/ManagedPolicyArns: array items are not unique]"
        )


def refuse_replacement(name):
    """CloudFormation creates the replacement first, under the same name."""
    raise Refused(
        f"CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {name} and update the stack again."
    )


def apply_to_role(role, properties):
    iam = iam_backends[role.account_id][role.partition]
    inline = {policy["PolicyName"]: as_text(policy["PolicyDocument"]) for policy in properties.get("Policies", [])}
    attached = properties.get("ManagedPolicyArns", [])
    boundary = properties.get("PermissionsBoundary")
    duration = int(properties.get("MaxSessionDuration", 3600))
    check_duration(duration)
    check_boundary(iam, boundary)
    iam.update_assume_role_policy(role.name, as_text(properties["AssumeRolePolicyDocument"]))
    # An update removes only what the template added.
    remove_from_role(role, keep=attached)
    for name, document in inline.items():
        iam.put_role_policy(role.name, name, document)
    role.inline_of_template, role.attached_of_template = list(inline), attached
    for arn in attached:
        attach(iam, [role.name], arn)
    role.max_session_duration = duration
    role.permissions_boundary_arn = boundary
    role.description = properties.get("Description", "")
    role.tags = properties.get("Tags", [])
    return role


def remove_from_role(role, keep=()):
    iam = iam_backends[role.account_id][role.partition]
    for name in getattr(role, "inline_of_template", []):
        role.policies.pop(name, None)
    for arn in getattr(role, "attached_of_template", []):
        if arn not in keep:
            detach(iam, [role.name], arn)


def patch_roles_and_policies():
    create_role = Role.create_from_cloudformation_json
    create_policy = ManagedPolicy.create_from_cloudformation_json

    def role_created(resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        check_unique(kwargs["LogicalId"], properties)
        without_policies = {**properties, "Policies": []}
        created = {**cloudformation_json, "Properties": without_policies}
        role = create_role(resource_name, created, account_id, region_name, **kwargs)
        try:
            apply_to_role(role, properties)
        except Exception:
            role_deleted(role.name, cloudformation_json, account_id, region_name)
            raise
        role.custom_name = "RoleName" in properties
        return role

    def role_updated(original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        properties = cloudformation_json["Properties"]
        check_unique(original_resource.logical_resource_id, properties)
        name = properties.get("RoleName")
        same_name = name == original_resource.name if name else not original_resource.custom_name
        same_path = properties.get("Path", "/") == original_resource.path
        if same_name and same_path:
            return apply_to_role(original_resource, properties)
        if name == original_resource.name:
            refuse_replacement(name)
        ids = {"LogicalId": original_resource.logical_resource_id}
        replacement = role_created(new_resource_name, cloudformation_json, account_id, region_name, **ids)
        replacement.replaces = original_resource
        return replacement

    def role_deleted(resource_name, cloudformation_json, account_id, region_name):
        iam = iam_backends[account_id][get_partition(region_name)]
        remove_from_role(iam.get_role(resource_name))
        iam.delete_role(resource_name)

    def policy_created(resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        iam = iam_backends[account_id][get_partition(region_name)]
        unattached = {**cloudformation_json, "Properties": {**properties, "Roles": []}}
        policy = create_policy(resource_name, unattached, account_id, region_name, **kwargs)
        policy.roles_of_template = properties.get("Roles", [])
        policy.custom_name = "ManagedPolicyName" in properties
        try:
            attach(iam, policy.roles_of_template, policy.arn)
        except Exception:
            policy_deleted(policy.arn, cloudformation_json, account_id, region_name)
            raise
        return policy

    def policy_updated(original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        iam = iam_backends[account_id][get_partition(region_name)]
        properties = cloudformation_json["Properties"]
        name = properties.get("ManagedPolicyName")
        unchanged = (
            (name == original_resource.name if name else not original_resource.custom_name)
            and properties.get("Path", "/") == original_resource.path
            and (properties.get("Description") or "") == (original_resource.description or "")
        )
        if not unchanged:
            if name == original_resource.name:
                refuse_replacement(name)
            replacement = policy_created(new_resource_name, cloudformation_json, account_id, region_name)
            replacement.replaces = original_resource
            return replacement
        document = as_text(properties["PolicyDocument"])
        IAMPolicyDocumentValidator(document).validate()
        roles = properties.get("Roles", [])
        detach(iam, [name for name in original_resource.roles_of_template if name not in roles], original_resource.arn)
        attach(iam, roles, original_resource.arn)
        original_resource.roles_of_template = roles
        for version in original_resource.versions:
            if version.is_default:
                version.document = document
        return original_resource

    def policy_deleted(resource_name, cloudformation_json, account_id, region_name):
        iam = iam_backends[account_id][get_partition(region_name)]
        policy = iam.get_policy(resource_name)
        existing = {role.name for role in iam.get_roles()}
        detach(iam, [name for name in policy.roles_of_template if name in existing], policy.arn)
        iam.delete_policy(policy.arn)

    Role.create_from_cloudformation_json = staticmethod(role_created)
    Role.update_from_cloudformation_json = staticmethod(role_updated)
    Role.delete_from_cloudformation_json = staticmethod(role_deleted)
    ManagedPolicy.create_from_cloudformation_json = staticmethod(policy_created)
    ManagedPolicy.update_from_cloudformation_json = staticmethod(policy_updated)
    ManagedPolicy.delete_from_cloudformation_json = staticmethod(policy_deleted)
