"""Launch templates: kept as given, inherited by new versions, and followed when an instance is launched."""
import contextvars
import copy

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.utils import convert_tag_spec, filter_iam_instance_profiles, parse_user_data
from moto.utilities.utils import get_partition

ROOT_DEVICES = ("/dev/xvda", "/dev/sda1")
VERSION = contextvars.ContextVar("the version that an Auto Scaling group launches", default=None)


def template_of(response):
    name, identifier = response._get_param("LaunchTemplateName"), response._get_param("LaunchTemplateId")
    return response.ec2_backend.get_launch_template(identifier) if identifier else response.ec2_backend.get_launch_template_by_name(name)


def keep_as_given():
    create, create_version = LaunchTemplates.create_launch_template, LaunchTemplates.create_launch_template_version

    def create_launch_template(self):
        """moto adds the template's own tags to what it is to give to instances."""
        given = copy.deepcopy(self._get_param("LaunchTemplateData.TagSpecifications"))
        result = create(self)
        data = template_of(self).latest_version().data
        if given:
            data["TagSpecifications"] = given
        else:
            data.pop("TagSpecifications", None)
        return result

    def create_launch_template_version(self):
        """AWS: what is not given comes from SourceVersion; without one, nothing is inherited."""
        source = self._get_param("SourceVersion")
        inherited = copy.deepcopy(template_of(self).get_version(source).data) if source else {}
        result = create_version(self)
        version = template_of(self).latest_version()
        if version.data.get("UserData") is not None:
            version.data["UserData"] = parse_user_data(version.data["UserData"])
        for name, value in inherited.items():
            version.data.setdefault(name, value)
        version.instance_tags = convert_tag_spec(version.data.get("TagSpecifications", [])).get("instance", {})
        return result

    LaunchTemplates.create_launch_template = create_launch_template
    LaunchTemplates.create_launch_template_version = create_launch_template_version


def follow_at_launch():
    run, launch = InstanceBackend.run_instances, FakeAutoScalingGroup.replace_autoscaling_group_instances

    def replace_autoscaling_group_instances(self, *rest, **named):
        """moto launches the group's version of the template with the default version's details."""
        mark = VERSION.set(self.launch_template_version if self.ec2_launch_template else None)
        try:
            return launch(self, *rest, **named)
        finally:
            VERSION.reset(mark)

    def run_instances(self, image_id, count, user_data, security_group_names, **wanted):
        if not wanted.get("launch_template"):
            return run(self, image_id, count, user_data, security_group_names, **wanted)
        if VERSION.get():
            wanted["launch_template"] = {**wanted["launch_template"], "Version": VERSION.get()}
        data = self._get_template_from_args(wanted["launch_template"]).data
        profile = profile_of(self, data, wanted)
        fill(wanted, data)
        reservation = run(self, image_id, count, user_data, security_group_names, **wanted)
        for instance in reservation.instances if profile else []:
            self.associate_iam_instance_profile(instance_id=instance.id, **profile)
        first = next(iter(data.get("NetworkInterfaces") or []), {})
        for instance in reservation.instances:
            instance.nics[0].delete_on_termination = first.get("DeleteOnTermination", True)
        return reservation

    FakeAutoScalingGroup.replace_autoscaling_group_instances = replace_autoscaling_group_instances
    InstanceBackend.run_instances = run_instances


def profile_of(backend, data, wanted):
    """The template's instance profile, which must exist, unless the caller names one."""
    given = data.get("IamInstanceProfile") or {}
    profile = {"iam_instance_profile_" + key.lower(): value for key, value in given.items() if value}
    if not profile or wanted.get("iam_instance_profile_name") or wanted.get("iam_instance_profile_arn"):
        return None
    filter_iam_instance_profiles(backend.account_id, partition=get_partition(backend.region_name),
                                 **{"iam_instance_profile_arn": None, "iam_instance_profile_name": None, **profile})
    return profile


def fill(wanted, data):
    """Puts into a launch what the template says and the launch itself does not."""
    interface = next(iter(data.get("NetworkInterfaces") or []), {})
    if not wanted.get("security_group_ids") and interface.get("Groups"):
        wanted["security_group_ids"] = list(interface["Groups"])
    if wanted.get("associate_public_ip") is None and "AssociatePublicIpAddress" in interface:
        wanted["associate_public_ip"] = interface["AssociatePublicIpAddress"]
    wanted["metadata_options"] = {**(data.get("MetadataOptions") or {}), **(wanted.get("metadata_options") or {})}
    if (data.get("Monitoring") or {}).get("Enabled"):
        wanted["monitoring_state"] = "enabled"
    for name, key in (("ebs_optimized", "EbsOptimized"), ("disable_api_termination", "DisableApiTermination")):
        wanted[name] = wanted.get(name) or data.get(key) or False
    devices = [device for device in data.get("BlockDeviceMappings") or [] if device.get("Ebs")]
    if any(device.get("DeviceName") in ROOT_DEVICES for device in devices):
        wanted.setdefault("block_device_mappings", devices)
    tags = wanted.get("tags") or {}
    volume = convert_tag_spec(data.get("TagSpecifications", [])).get("volume", {})
    wanted["tags"] = {**tags, "volume": {**volume, **tags.get("volume", {})}}


def apply():
    keep_as_given()
    follow_at_launch()
