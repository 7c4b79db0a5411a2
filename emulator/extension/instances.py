"""Instances: born as asked, found by token, watched, and changed only in a state in which AWS changes them."""
import contextvars

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ec2 import utils
from moto.ec2.models.iam_instance_profile import IamInstanceProfileAssociationBackend
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.responses.instances import InstanceResponse
from moto.ec2.responses.monitoring import Monitoring

PROTECTED = contextvars.ContextVar("whether what is launched may not be terminated", default=None)
"""What AWS changes only while the instance is stopped."""
AT_REST = ("instanceType", "userData", "ebsOptimized")


class IncorrectInstanceState(ServiceException):
    code = "IncorrectInstanceState"


def monitoring(state, shown):
    def answer(self):
        changed = []
        for identifier in self._get_param("InstanceIds", []):
            self.ec2_backend.get_instance(identifier).monitoring_state = state
            changed.append({"InstanceId": identifier, "Monitoring": {"State": shown}})
        return ActionResult({"InstanceMonitorings": changed})

    return answer


def born_as_asked():
    respond, run = InstanceResponse.run_instances, InstanceBackend.run_instances

    def answer(self):
        mark = PROTECTED.set(self._get_param("DisableApiTermination"))
        try:
            return respond(self)
        finally:
            PROTECTED.reset(mark)

    def run_instances(self, *rest, **wanted):
        if PROTECTED.get():
            wanted["disable_api_termination"] = True
        tags = (wanted.get("tags") or {}).get("network-interface", {})
        reservation = run(self, *rest, **wanted)
        for interface in [one for instance in reservation.instances for one in instance.nics.values()]:
            interface.add_tags(tags)
        return reservation

    InstanceResponse.run_instances = answer
    InstanceBackend.run_instances = run_instances


def changed_as_on_aws():
    modify, regroup = InstanceResponse.modify_instance_attribute, InstanceBackend.modify_instance_security_groups
    replace = IamInstanceProfileAssociationBackend.replace_iam_instance_profile_association

    def modify_instance_attribute(self):
        instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        given = [name for name in AT_REST if self._get_param(name[0].upper() + name[1:] + ".Value") is not None]
        if instance.state != "stopped" and (given or self._get_param("Attribute") in AT_REST):
            raise IncorrectInstanceState("The instance '%s' is not in the 'stopped' state." % instance.id)
        return modify(self)

    def modify_instance_security_groups(self, *rest, **named):
        """AWS: an instance's groups are those of its first interface. moto keeps the two apart."""
        instance = regroup(self, *rest, **named)
        instance.nics[0]._group_set = list(instance.security_groups)
        return instance

    def replace_iam_instance_profile_association(self, *rest, **named):
        """moto's instance goes on showing the one that was replaced."""
        association = replace(self, *rest, **named)
        shown = {"Arn": association.iam_instance_profile.arn, "Id": association.association_id}
        self.modify_instance_attribute(association.instance.id, "iam_instance_profile", shown)
        return association

    InstanceResponse.modify_instance_attribute = modify_instance_attribute
    InstanceBackend.modify_instance_security_groups = modify_instance_security_groups
    IamInstanceProfileAssociationBackend.replace_iam_instance_profile_association = replace_iam_instance_profile_association


def apply():
    utils.filter_dict_attribute_mapping["client-token"] = "client_token"
    Monitoring.monitor_instances = monitoring("enabled", "pending")
    Monitoring.unmonitor_instances = monitoring("disabled", "disabling")
    born_as_asked()
    changed_as_on_aws()
