"""Corrects moto 5.2's CloudFormation for IAM.

moto ignores a role's `ManagedPolicyArns`, stores an inline policy as a dict, ignores updates of roles and managed policies,
does not delete managed policies, and cannot create a resource again after an update removed it.
"""

import datetime
import json

from moto.iam.models import ManagedPolicy, Role, iam_backends
from moto.utilities.utils import get_partition


def as_text(document):
    return document if isinstance(document, str) else json.dumps(document, default=datetime.date.isoformat)


def attach(iam, roles, policy_arn):
    for name in roles:
        if policy_arn not in iam.get_role(name).managed_policies:
            iam.attach_role_policy(policy_arn, name)


def detach(iam, roles, policy_arn):
    for name in roles:
        if policy_arn in iam.get_role(name).managed_policies:
            iam.detach_role_policy(policy_arn, name)


def apply_to_role(role, properties):
    iam = iam_backends[role.account_id][role.partition]
    inline = {policy["PolicyName"]: as_text(policy["PolicyDocument"]) for policy in properties.get("Policies", [])}
    attached = properties.get("ManagedPolicyArns", [])
    # An update removes only what the template added.
    for name in getattr(role, "inline_of_template", []):
        role.policies.pop(name, None)
    for arn in getattr(role, "attached_of_template", []):
        if arn not in attached:
            detach(iam, [role.name], arn)
    role.policies.update(inline)
    for arn in attached:
        attach(iam, [role.name], arn)
    role.inline_of_template, role.attached_of_template = list(inline), attached
    role.assume_role_policy_document = as_text(properties["AssumeRolePolicyDocument"])
    role.max_session_duration = int(properties.get("MaxSessionDuration", 3600))
    role.permissions_boundary_arn = properties.get("PermissionsBoundary")
    role.description = properties.get("Description", "")
    role.tags = properties.get("Tags", [])
    return role


def patch_roles_and_policies():
    create_role = Role.create_from_cloudformation_json
    delete_role = Role.delete_from_cloudformation_json
    create_policy = ManagedPolicy.create_from_cloudformation_json

    def role_created(resource_name, cloudformation_json, account_id, region_name, **kwargs):
        role = create_role(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        return apply_to_role(role, cloudformation_json["Properties"])

    def role_updated(original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        return apply_to_role(original_resource, cloudformation_json["Properties"])

    def role_deleted(resource_name, cloudformation_json, account_id, region_name):
        iam = iam_backends[account_id][get_partition(region_name)]
        for arn in list(iam.get_role(resource_name).managed_policies):
            detach(iam, [resource_name], arn)
        delete_role(resource_name, cloudformation_json, account_id, region_name)

    def policy_created(resource_name, cloudformation_json, account_id, region_name, **kwargs):
        policy = create_policy(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        policy.roles_of_template = cloudformation_json["Properties"].get("Roles", [])
        return policy

    def policy_updated(original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        iam = iam_backends[account_id][get_partition(region_name)]
        properties = cloudformation_json["Properties"]
        roles = properties.get("Roles", [])
        detach(iam, [name for name in original_resource.roles_of_template if name not in roles], original_resource.arn)
        attach(iam, roles, original_resource.arn)
        original_resource.roles_of_template = roles
        for version in original_resource.versions:
            if version.is_default:
                version.document = as_text(properties["PolicyDocument"])
        return original_resource

    def policy_deleted(resource_name, cloudformation_json, account_id, region_name):
        iam = iam_backends[account_id][get_partition(region_name)]
        detach(iam, [role.name for role in iam.get_roles()], resource_name)
        iam.delete_policy(resource_name)

    Role.create_from_cloudformation_json = staticmethod(role_created)
    Role.update_from_cloudformation_json = staticmethod(role_updated)
    Role.delete_from_cloudformation_json = staticmethod(role_deleted)
    ManagedPolicy.create_from_cloudformation_json = staticmethod(policy_created)
    ManagedPolicy.update_from_cloudformation_json = staticmethod(policy_updated)
    ManagedPolicy.delete_from_cloudformation_json = staticmethod(policy_deleted)


def patch_resource_map():
    # Imported late: it imports every service that CloudFormation supports.
    from moto.cloudformation.parsing import ResourceMap

    update_resources = ResourceMap.update

    def update(self, template, parameters=None):
        before = set(self._resource_json_map)
        update_resources(self, template, parameters)
        for name in before - set(template["Resources"]):
            self._parsed_resources.pop(name, None)

    ResourceMap.update = update
