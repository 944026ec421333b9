"""What moto 5.2 leaves out of change sets, and what `cdk deploy` and `cdk diff` stand on.

A stack that a change set made or changed has no outputs; deleting a change set that does not exist is an internal error, where
CloudFormation does nothing.
"""


def mend_change_sets():
    # Imported late: it brings every service that CloudFormation knows.
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
