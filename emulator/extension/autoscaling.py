"""Auto Scaling: metrics that can be read back, fields that moto loses, and instance refreshes."""
import datetime
import uuid

from moto.autoscaling.exceptions import AutoscalingClientError, ValidationError
from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

STATES = ("InService", "Pending", "Standby", "Terminating", "Total")
METRICS = (
    ["GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity"]
    + ["Group%sInstances" % state for state in STATES]
    + ["Group%sCapacity" % state for state in STATES]
    + ["WarmPool%sCapacity" % state for state in ("Desired", "Warmed", "Pending", "Terminating", "Total")]
    + ["GroupAndWarmPoolDesiredCapacity", "GroupAndWarmPoolTotalCapacity"]
)
"""Fields that moto drops: of a creation, and of a change."""
KEPT = {"DefaultInstanceWarmup": "default_instance_warmup", "MaxInstanceLifetime": "max_instance_lifetime"}
CHANGED = {**KEPT, "DefaultCooldown": "default_cooldown", "TerminationPolicies": "termination_policies", "CapacityRebalance": "capacity_rebalance"}
ACTIVE = ("Pending", "InProgress", "Cancelling")
"""Each look at a refresh shows the state after the last one's."""
NEXT = {"Pending": "InProgress", "InProgress": "Successful", "Cancelling": "Cancelled"}


def group_of(response):
    name = response._get_param("AutoScalingGroupName")
    group = response.autoscaling_backend.autoscaling_groups.get(name)
    if group is None:
        raise ValidationError("AutoScalingGroup name not found - %s" % name)
    return group


def keep(response, fields):
    group, given = group_of(response), response._get_params()
    for field, attribute in fields.items():
        if given.get(field) is not None:
            unset = field == "DefaultInstanceWarmup" and int(given[field]) == -1
            setattr(group, attribute, None if unset else given[field])


def enable_metrics_collection(self):
    """AWS: without a list, all of them; what was enabled before stays."""
    group = group_of(self)
    wanted = set(group.metrics) | set(self._get_param("Metrics") or METRICS)
    group.metrics = [metric for metric in METRICS if metric in wanted]
    return EmptyResult()


def disable_metrics_collection(self):
    group = group_of(self)
    unwanted = self._get_param("Metrics") or METRICS
    group.metrics = [metric for metric in group.metrics if metric not in unwanted]
    return EmptyResult()


def refreshes_of(group):
    return group.__dict__.setdefault("instance_refreshes", [])


def active(group):
    return next((refresh for refresh in refreshes_of(group) if refresh["Status"] in ACTIVE), None)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def launched_from(group):
    """The version itself, which `$Default` and `$Latest` only point at."""
    template = group.ec2_launch_template
    if template is None:
        return None
    version = template.get_version(group.launch_template_version)
    return {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": str(version.number)}


def remember_versions():
    """AWS: an instance goes on showing the version that it was launched from. moto shows the template's default."""
    launch, shown = FakeAutoScalingGroup.replace_autoscaling_group_instances, InstanceState.launch_template

    def replace_autoscaling_group_instances(self, *rest, **named):
        before = list(self.instance_states)
        launch(self, *rest, **named)
        for state in self.instance_states:
            if not any(state is one for one in before):
                state.launched_from = launched_from(self)

    def launch_template(self):
        return self.__dict__.get("launched_from") or shown.fget(self)

    FakeAutoScalingGroup.replace_autoscaling_group_instances = replace_autoscaling_group_instances
    InstanceState.launch_template = property(launch_template)


def start_instance_refresh(self):
    group = group_of(self)
    if active(group):
        raise AutoscalingClientError("InstanceRefreshInProgress", "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.")
    refresh = {"InstanceRefreshId": str(uuid.uuid4()), "AutoScalingGroupName": group.name, "Status": "Pending", "StartTime": now(),
               "PercentageComplete": 0, "InstancesToUpdate": len(group.instance_states), "Preferences": self._get_param("Preferences") or {},
               "DesiredConfiguration": self._get_param("DesiredConfiguration")}
    refreshes_of(group).insert(0, refresh)
    return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})


def describe_instance_refreshes(self):
    group = group_of(self)
    wanted = self._get_param("InstanceRefreshIds") or []
    shown = [refresh for refresh in refreshes_of(group) if not wanted or refresh["InstanceRefreshId"] in wanted]
    result = [dict(refresh) for refresh in shown]
    for refresh in shown:
        advance(group, refresh)
    return ActionResult({"InstanceRefreshes": result})


def advance(group, refresh):
    following = NEXT.get(refresh["Status"])
    if following is None:
        return
    refresh["Status"] = following
    if following == "Successful":
        replace_instances(group, refresh)
        refresh.update(PercentageComplete=100, InstancesToUpdate=0)
    if following not in ACTIVE:
        refresh["EndTime"] = now()


def replace_instances(group, refresh):
    """AWS: the desired configuration becomes the group's; an instance that runs it may be skipped."""
    wanted = (refresh["DesiredConfiguration"] or {}).get("LaunchTemplate")
    if wanted:
        group._set_launch_configuration(None, wanted, None)
    skipped = refresh["Preferences"].get("SkipMatching")
    old = [state for state in group.instance_states if not (skipped and state.launch_template == launched_from(group))]
    if old:
        group.autoscaling_backend.ec2_backend.terminate_instances([state.instance.id for state in old])
    group.instance_states = [state for state in group.instance_states if state not in old]
    group.set_desired_capacity(group.desired_capacity)


def cancel_instance_refresh(self):
    refresh = active(group_of(self))
    if refresh is None or refresh["Status"] == "Cancelling":
        raise AutoscalingClientError("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found for Auto Scaling group %s" % group_of(self).name)
    refresh["Status"] = "Cancelling"
    return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})


def apply():
    create, update = AutoScalingResponse.create_auto_scaling_group, AutoScalingResponse.update_auto_scaling_group
    FakeAutoScalingGroup.enabled_metrics, FakeAutoScalingGroup._set_launch_configuration  # must be there
    remember_versions()

    def create_auto_scaling_group(self):
        """AWS refuses a name that is taken; moto puts the new group in the old one's place."""
        name = self._get_param("AutoScalingGroupName")
        if name in self.autoscaling_backend.autoscaling_groups:
            raise AutoscalingClientError("AlreadyExists", "AutoScalingGroup by this name already exists - A group with the name %s already exists" % name)
        result = create(self)
        keep(self, KEPT)
        return result

    def update_auto_scaling_group(self):
        refresh = active(group_of(self))
        if refresh and refresh["DesiredConfiguration"] and self._get_param("LaunchTemplate"):
            raise ValidationError("An active instance refresh with a desired configuration exists. All configuration options derived from "
                                  "the desired configuration are not available for update while the instance refresh is active.")
        result = update(self)
        keep(self, CHANGED)
        return result

    for operation in (create_auto_scaling_group, update_auto_scaling_group, enable_metrics_collection, disable_metrics_collection,
                      start_instance_refresh, describe_instance_refreshes, cancel_instance_refresh):
        setattr(AutoScalingResponse, operation.__name__, operation)
