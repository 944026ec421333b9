"""Makes moto 5.2's self-managed StackSets act as CloudFormation's do.

CloudFormation creates and updates the stacks of a StackSet through the administration and the execution role, each account by
itself, and reports failures of accounts in the stack instances. moto needs no role, stops at the first failure and does not
update stacks.
"""

import json
from urllib.parse import unquote

SELF_MANAGED = "SELF_MANAGED"


def role_of(account_id, partition, name):
    from moto.iam.models import iam_backends

    roles = iam_backends[account_id][partition].roles.values()
    return next((role for role in roles if role.name == name), None)


def refusal(stack_set, account_id):
    """@returns why CloudFormation cannot act in an account."""
    admin_arn = stack_set.administration_role_arn
    partition, admin_account, admin_name = admin_arn.split(":")[1], admin_arn.split(":")[4], admin_arn.split("/")[-1]
    if role_of(admin_account, partition, admin_name) is None:
        return f"Account {admin_account} should have '{admin_name}' role with trust relationship to CloudFormation service."
    role = role_of(account_id, partition, stack_set.execution_role_name)
    trust = role and role.assume_role_policy_document
    trusted = unquote(trust) if isinstance(trust, str) else json.dumps(trust)
    if role is None or admin_account not in trusted:
        return (
            f"Account {account_id} should have '{stack_set.execution_role_name}' role with trust relationship to "
            f"Role '{admin_name}'."
        )
    return None


def patch_stack_sets():
    from moto.cloudformation.exceptions import ValidationError
    from moto.cloudformation.models import StackInstance, StackInstances, StackSet, cloudformation_backends

    create_instances = StackInstances.create_instances
    describe_instance = StackInstance.to_dict
    new_stack_set = StackSet.__init__

    def init_stack_set(self, *args, **kwargs):
        new_stack_set(self, *args, **kwargs)
        self.instances.stack_set = self

    def new_instance(instances, account_id, region):
        # Its constructor would create the stack.
        instance = StackInstance.__new__(StackInstance)
        instance.account_id = account_id
        instance.region_name = region
        instance.stackset_id = instances.stackset_id
        instance.stack_name = instances.stack_name
        instance.name = instances.stackset_name
        instance.parameters = []
        instance.permission_model = SELF_MANAGED
        instance.stack = None
        return instance

    def deploy(instances, instance):
        instance.refusal = refusal(instances.stack_set, instance.account_id)
        if instance.refusal:
            return
        backend = cloudformation_backends[instance.account_id][instance.region_name]
        if instance.stack is not None and instance.stack.status == "ROLLBACK_COMPLETE":
            backend.delete_stack(instance.stack.stack_id)
            instance.stack = None
        template, name = instances.stack_set.template, f"StackSet-{instance.name}-{instances.stackset_id.split(':')[-1]}"
        if instance.stack is None:
            instance.stack = backend.create_stack(name, template=template, parameters={})
            return
        try:
            backend.update_stack(name, template, role_arn=None, parameters=[], tags=None)
        except ValidationError as error:
            if "No updates" not in str(error):
                raise

    def create(self, accounts, regions, parameters, deployment_targets, permission_model):
        if permission_model != SELF_MANAGED:
            return create_instances(self, accounts, regions, parameters, deployment_targets, permission_model)
        for region in regions:
            for account_id in accounts:
                instance = self.get_instance(account_id, region)
                if instance is None:
                    instance = new_instance(self, account_id, region)
                    self.stack_instances.append(instance)
                deploy(self, instance)
        return None

    def update(self, accounts, regions, parameters):
        for instance in self.stack_instances:
            if instance.account_id in accounts and instance.region_name in regions:
                deploy(self, instance)

    def update_stack_set(
        self, template, description, parameters, tags, admin_role, execution_role, accounts, regions, operation_id
    ):
        self.template = template or self.template
        self.description = description if description is not None else self.description
        self.administration_role_arn = admin_role or self.administration_role_arn
        self.execution_role_name = execution_role or self.execution_role_name
        for instance in self.stack_instances:
            if not accounts or instance.account_id in accounts:
                deploy(self.instances, instance)
        return self._create_operation(
            operation_id=operation_id, action="UPDATE", status="SUCCEEDED", accounts=accounts, regions=regions
        )

    def delete(self, accounts, regions):
        for instance in list(self.stack_instances):
            if instance.account_id not in accounts or instance.region_name not in regions:
                continue
            if instance.permission_model != SELF_MANAGED:
                instance.delete()
            elif instance.stack is not None:
                instance.refusal = refusal(self.stack_set, instance.account_id)
                if instance.refusal:
                    continue
                cloudformation_backends[instance.account_id][instance.region_name].delete_stack(instance.stack.stack_id)
                if instance.stack.status == "DELETE_FAILED":
                    continue
            self.stack_instances.remove(instance)

    def to_dict(self):
        reason = getattr(self, "refusal", None)
        if reason is None:
            return describe_instance(self)
        return {
            "StackSetId": self.stackset_id,
            "Region": self.region_name,
            "Account": self.account_id,
            "Status": "OUTDATED",
            "StackInstanceStatus": {"DetailedStatus": "FAILED"},
            "StatusReason": reason,
        }

    StackSet.__init__ = init_stack_set
    StackSet.update = update_stack_set
    StackInstances.create_instances = create
    StackInstances.update = update
    StackInstances.delete = delete
    StackInstance.to_dict = to_dict
