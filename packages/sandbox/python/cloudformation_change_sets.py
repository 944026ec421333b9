"""Corrects moto 5.2's change sets, which `cdk deploy` and `cdk diff` need.

Without it, a stack has no outputs after a change set, and deleting an unknown change set is an internal error.
"""


def patch_change_sets():
    # Imported late: it imports every service that CloudFormation supports.
    from moto.cloudformation.models import ChangeSet, CloudFormationBackend

    apply = ChangeSet.apply

    def apply_with_outputs(self):
        apply(self)
        stack = self.stack
        stack.template, stack.template_dict = self.template, self.template_dict
        stack.description = self.template_dict.get("Description")
        stack.output_map = stack._create_output_map()

    def delete_change_set(self, change_set_name):
        for id, change_set in list(self.change_sets.items()):
            if change_set_name in (id, change_set.change_set_name):
                del self.change_sets[id]

    ChangeSet.apply = apply_with_outputs
    CloudFormationBackend.delete_change_set = delete_change_set
